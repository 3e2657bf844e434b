import { Suspense, lazy, useState } from 'react';
import type { JSX } from 'react';
import { Choice, Computed, NumberField, OpenAsNotebook, OriginNote } from '@bluecloud/core';
import type { IWorkbench } from '@bluecloud/core';

import { useQuestion } from './questions';
import type { CatchChosen } from './questions';
import { ScaleMaps } from './scaleMaps';
import type { IWidths } from './scaleMaps';
import { Beside, EveryScale } from './scaleTable';
import type { Choice as Named, Choices } from './wire';

const ScaleCharts = lazy(() => import('./scaleCharts'));

const YEARS = 3; // of the atlas, at first: as many as the sample has

interface ICatchSectionProps {
  readonly workbench: IWorkbench;
  readonly choices: Choices;
}

/** One catch in squares of two widths, and what each width hides. */
export function CatchSection({ workbench, choices }: ICatchSectionProps): JSX.Element {
  const { trans } = workbench;
  const [chosen, setChosen] = useState<CatchChosen>({
    species: '',
    gear: '',
    first_year: Math.max(choices.first_year, choices.last_year - YEARS + 1),
    last_year: choices.last_year,
    downgrade: 'equal'
  });
  const [widths, setWidths] = useState<IWidths>({ upper: null, lower: 20 });
  const maps = useQuestion(workbench, 'catch_maps', { ...chosen, ...widths });
  const scales = useQuestion(workbench, 'scales', chosen);
  const change = (changed: Partial<CatchChosen>): void => setChosen({ ...chosen, ...changed });
  const all = (kind: string, known: readonly Named[]): readonly (readonly [string, string])[] => [
    ['', kind],
    ...known.map(({ code, title }) => [code, title] as const)
  ];
  const values = {
    species: chosen.species,
    gear: chosen.gear,
    year_first: chosen.first_year,
    year_last: chosen.last_year,
    resolutions: [...choices.widths],
    downgrade: chosen.downgrade
  };
  return (
    <>
      <div className="bc-Scales-row">
        <Choice
          label={trans.__('Species')}
          value={chosen.species}
          options={all(trans.__('all species'), choices.species)}
          onValue={species => change({ species })}
        />
        <Choice
          label={trans.__('Gear')}
          value={chosen.gear}
          options={all(trans.__('all gears'), choices.gears)}
          onValue={gear => change({ gear })}
        />
      </div>
      <div className="bc-Scales-row">
        <NumberField
          label={trans.__('First year')}
          value={chosen.first_year}
          least={1900}
          most={2100}
          trans={trans}
          onValue={first_year => change({ first_year })}
        />
        <NumberField
          label={trans.__('Last year')}
          value={chosen.last_year}
          least={1900}
          most={2100}
          trans={trans}
          onValue={last_year => change({ last_year })}
        />
      </div>
      <Choice
        label={trans.__('Reports wider than a square')}
        value={chosen.downgrade}
        options={[
          ['equal', trans.__('split equally by degrees')],
          ['area', trans.__('split by area on the sphere')],
          ['drop', trans.__('left out')]
        ]}
        onValue={downgrade => change({ downgrade })}
      />
      <Computed computed={maps} trans={trans}>
        {value => (
          <>
            <ScaleMaps
              workbench={workbench}
              maps={value}
              widths={choices.widths}
              downgrade={chosen.downgrade}
              asked={widths}
              onWidths={changed => setWidths({ ...widths, ...changed })}
            />
            {scales.value && <Beside maps={value} scales={scales.value} trans={trans} />}
          </>
        )}
      </Computed>
      <Computed computed={scales} trans={trans}>
        {value => (
          <>
            <h3>{trans.__('Over all widths')}</h3>
            <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
              <ScaleCharts
                scales={value}
                widths={[maps.value?.upper.width ?? 0, maps.value?.lower.width ?? 0]}
                trans={trans}
              />
            </Suspense>
            <EveryScale scales={value} trans={trans} />
            <OpenAsNotebook workbench={workbench} name="catch_at_scale" values={values} />
            <OriginNote origin={value.origin} trans={trans} />
          </>
        )}
      </Computed>
    </>
  );
}
