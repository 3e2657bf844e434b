import { Suspense, useState } from 'react';
import type { JSX } from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Choice, Computed, Questions } from '@bluecloud/core';
import type { Box, IWorkbench } from '@bluecloud/core';

import { useQuestion } from './asking';
import { HeatPanel } from './heatPanel';
import { HeatwavesPanel } from './heatwavesPanel';
import { PatternsPanel } from './patternsPanel';
import { StormsPanel } from './stormsPanel';
import type { Place, PlaceAsked } from './wire';

/** What most people change of this laboratory's analyses. */
const MAIN = [
  'entry',
  'baseline_first',
  'baseline_last',
  'percentile',
  'cold',
  'confidence',
  'dataset',
  'station',
  'wind_speed',
  'relation',
  'bbox',
  'period',
  'classes',
  'layer_bottoms',
  'criterion',
  'data_file',
  'months',
  'surface',
  'return_period',
  'variable'
];

/** Pick an indicator, draw a region, and see its series with its categories. */
export class IndicatorsView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
  }

  protected render(): JSX.Element {
    return <Indicators workbench={this._workbench} />;
  }
}

type Indicator = PlaceAsked['indicator'];

/** What a panel of one indicator is given. */
export interface IPanelProps {
  readonly workbench: IWorkbench;
  readonly place: Place;
  /** None for the whole of the data. */
  readonly box: Box | null;
  readonly onBox: (box: Box | null) => void;
}

const PANELS: Readonly<Record<Indicator, (props: IPanelProps) => JSX.Element>> = {
  heatwaves: HeatwavesPanel,
  heat: HeatPanel,
  patterns: PatternsPanel,
  storms: StormsPanel
};

function Indicators({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const [indicator, setIndicator] = useState<Indicator>('heatwaves');
  return (
    <>
      <Choice
        label={trans.__('Indicator')}
        value={indicator}
        options={[
          ['heatwaves', trans.__('Marine heatwaves and cold spells')],
          ['heat', trans.__('Heat content of the upper ocean')],
          ['patterns', trans.__('Ocean patterns: kinds of profiles')],
          ['storms', trans.__('Storm severity')]
        ]}
        onValue={setIndicator}
      />
      <Shown key={indicator} workbench={workbench} indicator={indicator} />
      <details className="bc-Section">
        <summary>{trans.__('All analyses')}</summary>
        <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
          <Questions workbench={workbench} main={MAIN} />
        </Suspense>
      </details>
    </>
  );
}

interface IShownProps {
  readonly workbench: IWorkbench;
  readonly indicator: Indicator;
}

/** An indicator, once it is known where its data are. */
function Shown({ workbench, indicator }: IShownProps): JSX.Element {
  const place = useQuestion(workbench, 'place', { indicator });
  const [box, setBox] = useState<Box | null>(null);
  const Panel = PANELS[indicator];
  return (
    <Computed computed={place} trans={workbench.trans}>
      {found => <Panel workbench={workbench} place={found} box={box} onBox={setBox} />}
    </Computed>
  );
}
