import { useMemo, useState } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import { kindStyle } from '@bluecloud/core';

import { nameOf } from './asking';
import type { Communities, Station } from './wire';

interface IStationsProps {
  readonly found: Communities;
  readonly groups: readonly string[];
  readonly picked: readonly string[];
  readonly toggle: (ids: readonly string[]) => void;
  readonly trans: TranslationBundle;
}

/** What the list can be sorted by, and how it is shown. */
const COLUMNS = {
  richness: (station: Station) => station.richness,
  equal_richness: (station: Station) => station.equal_richness,
  shannon: (station: Station) => station.shannon,
  evenness: (station: Station) => station.evenness
} as const;
type Column = keyof typeof COLUMNS;
const NAMES: readonly Column[] = ['richness', 'equal_richness', 'shannon', 'evenness'];

/** The stations with their diversity, to be picked from the keyboard; a column's head sorts by it. */
export function Stations({ found, groups, picked, toggle, trans }: IStationsProps): JSX.Element {
  const [by, setBy] = useState<Column | null>(null);
  const rows = useMemo(() => sorted(found.stations, by), [found, by]);
  const heads: Readonly<Record<Column, string>> = {
    richness: trans.__('Taxa'),
    equal_richness: trans.__('in %1 reads', found.equal_reads),
    shannon: trans.__('Shannon'),
    evenness: trans.__('Evenness')
  };
  return (
    <div className="bc-Scroll" tabIndex={0} role="region" aria-label={trans.__('List of stations')}>
      <table className="bc-Table bc-Stations">
        <thead>
          <tr>
            <th scope="col" aria-sort={by === null ? 'ascending' : 'none'}>
              <button className="bc-Link" type="button" onClick={() => setBy(null)}>
                {trans.__('Station')}
              </button>
            </th>
            {NAMES.map(name => (
              <th scope="col" key={name} aria-sort={by === name ? 'descending' : 'none'}>
                <button className="bc-Link" type="button" onClick={() => setBy(name)}>
                  {heads[name]}
                  {by === name ? ' ↓' : ''}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(station => {
            const kind = groups.indexOf(station.group) + 1;
            return (
              <tr key={station.id} className={picked.includes(station.id) ? 'bc-mod-chosen' : ''}>
                <th scope="row">
                  <label title={station.group}>
                    <input
                      type="checkbox"
                      checked={picked.includes(station.id)}
                      onChange={() => toggle([station.id])}
                    />
                    <span className="bc-Mark" style={kindStyle(kind)}>
                      {kind}
                    </span>{' '}
                    {nameOf(station)}
                  </label>
                </th>
                <td>{station.richness}</td>
                <td>{station.equal_richness?.toFixed(1) ?? '–'}</td>
                <td>{station.shannon.toFixed(2)}</td>
                <td>{station.evenness?.toFixed(2) ?? '–'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** By name, or from much to little. */
function sorted(stations: readonly Station[], by: Column | null): readonly Station[] {
  const names = new Intl.Collator(undefined, { numeric: true });
  return [...stations].sort((a, b) =>
    by === null
      ? names.compare(nameOf(a), nameOf(b))
      : (COLUMNS[by](b) ?? -1) - (COLUMNS[by](a) ?? -1)
  );
}
