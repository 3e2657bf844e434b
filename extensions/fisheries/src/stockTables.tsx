/** What Kobe's plot shows, for reading. */
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { STATE_COLOURS } from './colours';
import type { Stock } from './wire';
import { percent } from './words';

interface IStockProps {
  readonly stock: Stock;
  readonly trans: TranslationBundle;
}

/** How likely each of the four states is. */
export function States({ stock, trans }: IStockProps): JSX.Element {
  return (
    <div className="bc-Table">
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('State')}</th>
            <th scope="col">{trans.__('Probability')}</th>
          </tr>
        </thead>
        <tbody>
          {stock.states.map(({ name, chance }, place) => (
            <tr key={name}>
              <th scope="row">
                <span
                  className="bc-Kobe-swatch"
                  style={{ backgroundColor: STATE_COLOURS[place] }}
                  aria-hidden={true}
                />
                {trans.__(name)}
              </th>
              <td>{percent(chance)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Reference points, with their uncertainty. */
export function StockNumbers({ stock, trans }: IStockProps): JSX.Element {
  const names: Readonly<Record<string, string>> = {
    msy: trans.__('MSY (t per year)'),
    bmsy: trans.__('Bmsy (t)'),
    fmsy: trans.__('Fmsy (per year)'),
    r: trans.__('growth r (per year)'),
    k: trans.__('unfished k (t)')
  };
  return (
    <div className="bc-Table">
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('Number')}</th>
            <th scope="col">{trans.__('Median')}</th>
            <th scope="col">{trans.__('95 percent')}</th>
          </tr>
        </thead>
        <tbody>
          {stock.numbers.map(({ name, units, median, low, high }) => (
            <tr key={name}>
              <th scope="row">{names[name] ?? `${name} (${units})`}</th>
              <td>{median.toLocaleString()}</td>
              <td>
                {low.toLocaleString()} – {high.toLocaleString()}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The track, year by year. */
export function StockYears({ stock, trans }: IStockProps): JSX.Element {
  return (
    <details className="bc-More">
      <summary>{trans.__('The track as numbers')}</summary>
      <div className="bc-Table">
        <table>
          <thead>
            <tr>
              <th scope="col">{trans.__('Year')}</th>
              <th scope="col">B/Bmsy</th>
              <th scope="col">F/Fmsy</th>
            </tr>
          </thead>
          <tbody>
            {stock.track.map(({ year, biomass, fishing }) => (
              <tr key={year}>
                <th scope="row">{year}</th>
                <td>{biomass.toFixed(2)}</td>
                <td>{fishing.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
