import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { CatchMaps, ScaleRow, Scales } from './wire';
import { degrees, percent } from './words';

interface IBesideProps {
  readonly maps: CatchMaps;
  readonly scales: Scales;
  readonly trans: TranslationBundle;
}

/** What the two maps say of the same catch, number beside number. */
export function Beside({ maps, scales, trans }: IBesideProps): JSX.Element | null {
  const rows = [maps.upper.width, maps.lower.width].map(width =>
    scales.rows.find(row => row.width === width)
  );
  const [upper, lower] = rows;
  if (!upper || !lower) {
    return null;
  }
  const told = statistics(trans);
  return (
    <>
      <h3>{trans.__('What each scale hides')}</h3>
      <p>
        {trans.__(
          'Half the catch is in %1 of %2 squares of %3, and in %4 of %5 of %6.',
          upper.half,
          upper.squares,
          degrees(upper.width),
          lower.half,
          lower.squares,
          degrees(lower.width)
        )}
      </p>
      <div className="bc-Table">
        <table>
          <thead>
            <tr>
              <th scope="col">{trans.__('Statistic')}</th>
              <th scope="col">{degrees(upper.width)}</th>
              <th scope="col">{degrees(lower.width)}</th>
            </tr>
          </thead>
          <tbody>
            {told.map(([name, of], place) => (
              <tr key={place}>
                <th scope="row">{name}</th>
                <td>{of(upper)}</td>
                <td>{of(lower)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface IEveryScaleProps {
  readonly scales: Scales;
  readonly trans: TranslationBundle;
}

/** The same at every width, and how the variance grows with the mean. */
export function EveryScale({ scales, trans }: IEveryScaleProps): JSX.Element {
  const told = statistics(trans);
  return (
    <>
      {scales.taylor !== null && (
        <p className="bc-Note">
          {trans.__(
            'Taylor’s slope over all widths is %1: 1 if neighbours have nothing to do with each other, 2 if they are alike.',
            scales.taylor
          )}
        </p>
      )}
      <details className="bc-More">
        <summary>{trans.__('All widths as numbers')}</summary>
        {/* It is wider than the panel: the arrow keys move it. */}
        <div className="bc-Table" role="region" tabIndex={0} aria-label={trans.__('All widths')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{trans.__('Statistic')}</th>
                {scales.rows.map(({ width }) => (
                  <th scope="col" key={width}>
                    {degrees(width)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {told.map(([name, of], place) => (
                <tr key={place}>
                  <th scope="row">{name}</th>
                  {scales.rows.map(row => (
                    <td key={row.width}>{of(row)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

type Told = readonly [string, (row: ScaleRow) => string];

function statistics(trans: TranslationBundle): readonly Told[] {
  return [
    [trans.__('Squares with a catch'), row => row.squares.toLocaleString()],
    [
      trans.__('Squares with half of it'),
      row => `${row.half.toLocaleString()} (${percent(row.half_percent / 100)})`
    ],
    [trans.__('Entropy (nats)'), row => rounded(row.entropy)],
    [trans.__('… over zonings'), row => range(row.entropy_low, row.entropy_high)],
    [trans.__('Gini (0 even, 1 in one)'), row => rounded(row.gini)],
    [trans.__('… over zonings'), row => range(row.gini_low, row.gini_high)],
    [trans.__('Moran’s I (alike nearby)'), row => rounded(row.moran)],
    [trans.__('Taylor’s slope to next'), row => rounded(row.taylor)],
    [trans.__('Modelled'), row => (row.modelled > 0 ? percent(row.modelled) : '–')]
  ];
}

function rounded(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}

function range(low: number | null, high: number | null): string {
  return low === null || high === null ? '–' : `${low.toFixed(2)}–${high.toFixed(2)}`;
}
