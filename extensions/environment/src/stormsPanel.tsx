import { Suspense, lazy, useState } from 'react';
import type { JSX } from 'react';
import { Computed, OpenAsNotebook, OriginNote } from '@bluecloud/core';

import { useQuestion, useRegion, yearsOf } from './asking';
import { BaselineFields } from './baseline';
import type { IBaseline } from './baseline';
import type { IPanelProps } from './indicators';
import { RegionMap } from './region';
import type { Storm } from './wire';

const WintersChart = lazy(async () => ({ default: (await import('./charts')).WintersChart }));

const SHOWN = 10;

/** The storm index of a region by winter, its severest storms, and where one of them hit. */
export function StormsPanel({ workbench, place, box, onBox }: IPanelProps): JSX.Element {
  const { trans } = workbench;
  const [earliest, latest] = yearsOf(place);
  const [baseline, setBaseline] = useState<IBaseline>({
    first: earliest,
    last: latest,
    percentile: 98
  });
  const [rank, setRank] = useState(1);
  const region = useRegion(place, box);
  const asked = {
    bbox: region,
    baseline_first: baseline.first,
    baseline_last: baseline.last,
    percentile: baseline.percentile
  };
  const storms = useQuestion(workbench, 'storms', asked);
  const hit = useQuestion(workbench, 'footprint', { ...asked, rank });
  const storm = storms.value?.storms.find(each => each.rank === rank);
  return (
    <>
      <RegionMap
        workbench={workbench}
        place={place}
        label={trans.__('Map of where storm %1 hit', rank)}
        box={region}
        onBox={onBox}
        field={hit.value?.excess ?? null}
      />
      {storm && (
        <p className="bc-Told">
          {trans.__(
            'Storm %1 of %2: up to %3 m s⁻¹. The map shows how far its wind went above what is rare at each place.',
            storm.rank,
            storm.peak,
            storm.max_wind
          )}
        </p>
      )}
      {hit.reason && !storms.reason && <p className="bc-Problem">{hit.reason}</p>}
      <fieldset className="bc-Controls">
        <legend className="bc-Visually-hidden">{trans.__('Definition')}</legend>
        <BaselineFields
          place={place}
          label={trans.__('Threshold from')}
          range={[50, 99.9, 0.1]}
          baseline={baseline}
          onBaseline={setBaseline}
          trans={trans}
        />
      </fieldset>
      <Computed computed={storms} trans={trans}>
        {found => (
          <>
            <OriginNote origin={found.origin} trans={trans} />
            <h3 className="bc-Section-title">{trans.__('Severity of each winter')}</h3>
            <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
              <WintersChart storms={found} trans={trans} />
            </Suspense>
            <h3 className="bc-Section-title">{trans.__('The severest storms')}</h3>
            <Ranks storms={found.storms.slice(0, SHOWN)} rank={rank} onRank={setRank} trans={trans} />
          </>
        )}
      </Computed>
      <OpenAsNotebook
        workbench={workbench}
        name={place.notebook}
        values={{ entry: place.entry, ...asked }}
      />
    </>
  );
}

interface IRanksProps {
  readonly storms: readonly Storm[];
  readonly rank: number;
  readonly onRank: (rank: number) => void;
  readonly trans: IPanelProps['workbench']['trans'];
}

function Ranks({ storms, rank, onRank, trans }: IRanksProps): JSX.Element {
  return (
    <table className="bc-Table">
      <thead>
        <tr>
          <th scope="col">{trans.__('Peak')}</th>
          <th scope="col">{trans.__('Severity (1000 km²)')}</th>
          <th scope="col">{trans.__('Area (1000 km²)')}</th>
          <th scope="col">{trans.__('Wind (m s⁻¹)')}</th>
        </tr>
      </thead>
      <tbody>
        {storms.map(storm => (
          <tr key={storm.rank} className={storm.rank === rank ? 'bc-mod-chosen' : ''}>
            <th scope="row">
              <button
                className="bc-Link"
                type="button"
                aria-pressed={storm.rank === rank}
                title={trans.__('Show where it hit')}
                onClick={() => onRank(storm.rank)}
              >
                {storm.peak}
              </button>
            </th>
            <td>{storm.severity}</td>
            <td>{storm.area}</td>
            <td>{storm.max_wind}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
