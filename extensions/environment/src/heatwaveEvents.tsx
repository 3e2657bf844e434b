import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { categoryNames } from './heatwaveCalendar';
import type { Heatwave } from './wire';

const MOST = 10;

interface IEventsProps {
  readonly events: readonly Heatwave[];
  readonly onYear: (year: number) => void;
  readonly trans: TranslationBundle;
}

/** The greatest events, and a way to the year of each. */
export function Events({ events, onYear, trans }: IEventsProps): JSX.Element {
  const names = categoryNames(trans);
  const greatest = [...events].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum)).slice(0, MOST);
  if (greatest.length === 0) {
    return <></>;
  }
  return (
    <>
      <h3 className="bc-Section-title">{trans.__('The greatest')}</h3>
      <table className="bc-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('From')}</th>
            <th scope="col">{trans.__('Days')}</th>
            <th scope="col">{trans.__('Peak (K)')}</th>
            <th scope="col">{trans.__('Sum (K days)')}</th>
            <th scope="col">{trans.__('Category')}</th>
          </tr>
        </thead>
        <tbody>
          {greatest.map(event => (
            <tr key={event.start}>
              <th scope="row">
                <button
                  className="bc-Link"
                  type="button"
                  title={trans.__('Show its year')}
                  onClick={() => onYear(Number(event.peak.slice(0, 4)))}
                >
                  {event.start}
                </button>
              </th>
              <td>{event.days}</td>
              <td>{event.greatest.toFixed(1)}</td>
              <td>{event.sum.toFixed(0)}</td>
              <td>{names[event.category]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
