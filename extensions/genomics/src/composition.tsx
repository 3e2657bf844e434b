import { Suspense, lazy, useState } from 'react';
import type { JSX } from 'react';
import { Computed, NumberField, kindStyle } from '@bluecloud/core';
import type { IWorkbench } from '@bluecloud/core';

import { useQuestion } from './asking';
import type { CompositionAsked } from './wire';

const CompositionChart = lazy(async () => ({
  default: (await import('./charts')).CompositionChart
}));

interface ICompositionProps {
  readonly workbench: IWorkbench;
  readonly stations: readonly string[];
  readonly rank: CompositionAsked['rank'];
  /** The names of the stations, by id. */
  readonly names: ReadonlyMap<string, string>;
}

/** The shares of the most abundant taxa in each of the stations that were picked. */
export function CompositionPart(props: ICompositionProps): JSX.Element {
  const { workbench, stations, rank, names } = props;
  const { trans } = workbench;
  const [top, setTop] = useState(7);
  const asked = stations.length > 0 ? { stations, rank, top } : null;
  const composition = useQuestion(workbench, 'composition', asked);
  if (!asked) {
    return <p className="bc-Note">{trans.__('Pick stations on the map, in the plot or in the list.')}</p>;
  }
  return (
    <>
      <div className="bc-Controls">
        <NumberField
          label={trans.__('Taxa that are told apart')}
          value={top}
          least={1}
          most={8}
          trans={trans}
          onValue={setTop}
        />
      </div>
      <Computed computed={composition} trans={trans}>
        {found => (
          <>
            <ul className="bc-Legend">
              {found.taxa.map((taxon, place) => (
                <li key={taxon}>
                  <span className="bc-Mark" style={kindStyle(place + 1)}>
                    {place + 1}
                  </span>{' '}
                  {taxon}
                </li>
              ))}
              <li>
                <span className="bc-Mark bc-mod-others" />{' '}
                {trans.__('%1 others', found.number - found.taxa.length)}
              </li>
            </ul>
            <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
              <CompositionChart composition={found} names={names} trans={trans} />
            </Suspense>
            <details className="bc-More">
              <summary>{trans.__('The numbers')}</summary>
              <div className="bc-Scroll" tabIndex={0} role="region" aria-label={trans.__('Shares')}>
                <table className="bc-Table">
                  <thead>
                    <tr>
                      <th scope="col">{trans.__('Share (%)')}</th>
                      {found.stations.map(each => (
                        <th scope="col" key={each.station}>
                          {names.get(each.station) ?? each.station}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {found.taxa.map((taxon, place) => (
                      <tr key={taxon}>
                        <th scope="row">{taxon}</th>
                        {found.stations.map(each => (
                          <td key={each.station}>{percent(each.shares[place])}</td>
                        ))}
                      </tr>
                    ))}
                    <tr>
                      <th scope="row">{trans.__('others')}</th>
                      {found.stations.map(each => (
                        <td key={each.station}>{percent(each.others)}</td>
                      ))}
                    </tr>
                  </tbody>
                </table>
              </div>
            </details>
          </>
        )}
      </Computed>
    </>
  );
}

function percent(share: number | undefined): string {
  return share === undefined ? '' : (100 * share).toFixed(1);
}
