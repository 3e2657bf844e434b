import { Suspense, lazy, useState } from 'react';
import type { JSX } from 'react';
import { Computed, OriginNote, useTask } from '@bluecloud/core';
import type { Box, IWorkbench } from '@bluecloud/core';

import { AbundanceSection } from './abundanceSection';
import { LengthControl, SampleControls, TrustControls } from './controls';
import { mapCell, notebookValues } from './notebook';
import { useQuestion } from './questions';
import type { IChosen } from './questions';
import type { Choices } from './wire';

const LengthChart = lazy(async () => ({ default: (await import('./charts')).LengthChart }));
const SeriesChart = lazy(async () => ({ default: (await import('./charts')).SeriesChart }));

interface ITaxonViewProps {
  readonly workbench: IWorkbench;
  readonly choices: Choices;
}

/** A taxon of one data set: its map, what length suits it, and its series. */
export function TaxonView({ workbench, choices }: ITaxonViewProps): JSX.Element {
  const { trans } = workbench;
  const [chosen, setChosen] = useState<IChosen>(() => ({
    taxon: usual(choices),
    firstYear: choices.first_year,
    lastYear: choices.last_year,
    month: 5,
    lengthKm: 300,
    epsilon2: 10,
    errorMax: 0.5
  }));
  const change = (changed: Partial<IChosen>): void => setChosen({ ...chosen, ...changed });
  const [box, setBox] = useState<Box | null>(null);
  const samples = {
    data: choices.data,
    taxon: chosen.taxon,
    first_year: chosen.firstYear,
    last_year: chosen.lastYear,
    month: chosen.month
  };
  const { epsilon2, lengthKm } = chosen;
  const map = useQuestion(workbench, 'abundance_map', {
    ...samples,
    epsilon2,
    corr_length_km: lengthKm
  });
  const series = useQuestion(workbench, 'taxon_series', { ...samples, box });
  const lengths = useQuestion(workbench, 'length_errors', { ...samples, epsilon2 });
  const drawing = <p className="bc-Note">{trans.__('Loading…')}</p>;
  return (
    <>
      <SampleControls choices={choices} chosen={chosen} onChosen={change} trans={trans} />
      <h3 className="bc-Section">{trans.__('Where it lives')}</h3>
      <LengthControl chosen={chosen} onChosen={change} trans={trans} />
      <Computed computed={map} trans={trans}>
        {value => (
          <AbundanceSection
            workbench={workbench}
            map={value}
            extent={choices.bbox}
            errorMax={chosen.errorMax}
            box={box}
            onBox={setBox}
          />
        )}
      </Computed>
      <TrustControls chosen={chosen} onChosen={change} trans={trans} />
      <h3 className="bc-Section">{trans.__('When it is abundant')}</h3>
      <p className="bc-Note">
        {box ? trans.__('Samples in the box of the map.') : trans.__('All samples; draw a box on the map for a part.')}
      </p>
      <Computed computed={series} trans={trans}>
        {value => (
          <Suspense fallback={drawing}>
            <SeriesChart series={value} taxon={chosen.taxon} month={chosen.month} trans={trans} />
          </Suspense>
        )}
      </Computed>
      <h3 className="bc-Section">{trans.__('Which correlation length')}</h3>
      <Computed computed={lengths} trans={trans}>
        {value => (
          <Suspense fallback={drawing}>
            <LengthChart errors={value} lengthKm={lengthKm} trans={trans} onChosen={change} />
          </Suspense>
        )}
      </Computed>
      <Actions workbench={workbench} choices={choices} chosen={chosen} />
      {map.value && <OriginNote origin={map.value.origin} trans={trans} />}
    </>
  );
}

/** The taxon that is shown first: the one of the curated notebook, if it is there. */
function usual({ taxa }: Choices): string {
  const named = taxa.find(({ name }) => name === 'Calanus finmarchicus');
  return (named ?? taxa[0])?.name ?? '';
}

/** Go on with the same parameters, in a notebook. */
function Actions({ workbench, choices, chosen }: ITaxonViewProps & { readonly chosen: IChosen }): JSX.Element {
  const { trans } = workbench;
  const [busy, reason, start] = useTask();
  const values = notebookValues(choices, chosen);
  return (
    <>
      <div className="bc-Card-actions">
        {values && (
          <button
            className="bc-Button bc-mod-main"
            type="button"
            disabled={busy}
            onClick={() => start(() => workbench.runAnalysis('zooplankton_map', values))}
          >
            {trans.__('Open as a notebook')}
          </button>
        )}
        <button
          className="bc-Button"
          type="button"
          disabled={busy}
          onClick={() => start(() => workbench.insert(mapCell(choices, chosen)))}
        >
          {trans.__('Insert as a cell')}
        </button>
      </div>
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </>
  );
}
