import { useMemo } from 'react';
import type { JSX } from 'react';
import { monthNames } from '@bluecloud/core';
import type { TranslationBundle } from '@jupyterlab/translation';

import { categoryColours } from './categoryColours';
import type { HeatwaveYear, Heatwaves } from './wire';

/** A letter for each category, so that none is told by its colour alone. */
const LETTERS = ['', 'M', 'S', 'V', 'X'] as const;

/** The names of the categories, from none to extreme. */
export function categoryNames(trans: TranslationBundle): readonly string[] {
  return [
    trans.__('none'),
    trans.__('moderate'),
    trans.__('strong'),
    trans.__('severe'),
    trans.__('extreme')
  ];
}

/** The letter of a category. */
export function letterOf(category: number): string {
  return LETTERS[category] ?? '';
}

interface ILegendProps {
  readonly cold: boolean;
  readonly trans: TranslationBundle;
}

/** What the letters and colours stand for. */
export function Legend({ cold, trans }: ILegendProps): JSX.Element {
  const names = categoryNames(trans);
  return (
    <ul className="bc-Legend">
      {[1, 2, 3, 4].map(category => (
        <li key={category}>
          <Mark category={category} cold={cold} /> {names[category]}
        </li>
      ))}
    </ul>
  );
}

interface IMarkProps {
  readonly category: number;
  readonly cold: boolean;
}

/** The letter of a category on its colour. */
export function Mark({ category, cold }: IMarkProps): JSX.Element {
  const [background, color] = categoryColours(category, cold);
  return (
    <span className="bc-Mark" style={{ background, color }}>
      {letterOf(category)}
    </span>
  );
}

interface IYearsProps {
  readonly calendar: Heatwaves;
  readonly cold: boolean;
  readonly year: number | null;
  readonly onYear: (year: number) => void;
  readonly trans: TranslationBundle;
}

/** A row a year, a column a month: days in an event, and the highest category. */
export function Years({ calendar, cold, year, onYear, trans }: IYearsProps): JSX.Element {
  const [letters, words] = useMemo(() => [monthNames('narrow'), monthNames('long')], []);
  const names = categoryNames(trans);
  const rows = calendar.years.map((each, place) => ({
    year: each,
    days: calendar.days[place] ?? [],
    worst: calendar.worst[place] ?? []
  }));
  return (
    <div className="bc-Scroll" tabIndex={0} role="region" aria-label={trans.__('Calendar of years')}>
      <table className="bc-Calendar">
        <caption className="bc-Visually-hidden">
          {trans.__('Days in an event in each month, with the letter of the highest category')}
        </caption>
        <thead>
          <tr>
            <th scope="col">{trans.__('Year')}</th>
            {letters.map((letter, month) => (
              <th scope="col" key={words[month]} abbr={words[month]} title={words[month]}>
                {letter}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.reverse().map(row => (
            <tr key={row.year} className={row.year === year ? 'bc-mod-chosen' : ''}>
              <th scope="row">
                <button
                  className="bc-Calendar-year"
                  type="button"
                  aria-pressed={row.year === year}
                  onClick={() => onYear(row.year)}
                >
                  {row.year}
                </button>
              </th>
              {row.days.map((days, month) => {
                const category = row.worst[month] ?? 0;
                if (category < 1) {
                  const gap = category < 0 ? trans.__('no data') : undefined;
                  return (
                    <td key={words[month]} title={gap}>
                      {category < 0 ? '–' : ''}
                    </td>
                  );
                }
                const [background, color] = categoryColours(category, cold);
                const told = trans.__('%1 days, %2', days, names[category]);
                return (
                  <td key={words[month]} style={{ background, color }} title={told}>
                    {days}
                    <small>{letterOf(category)}</small>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface IDaysProps {
  readonly days: HeatwaveYear;
  readonly cold: boolean;
  readonly trans: TranslationBundle;
}

/** A column a month, a row a day: the category of each day. */
export function Days({ days, cold, trans }: IDaysProps): JSX.Element {
  const [letters, words] = useMemo(() => [monthNames('narrow'), monthNames('long')], []);
  const byMonth = useMemo(() => categoriesByMonth(days), [days]);
  const names = categoryNames(trans);
  return (
    <table className="bc-Calendar bc-mod-days">
      <caption className="bc-Visually-hidden">
        {trans.__('The category of each day: a column a month, a row a day')}
      </caption>
      <thead>
        <tr>
          <th scope="col">{trans.__('Day')}</th>
          {letters.map((letter, month) => (
            <th scope="col" key={words[month]} abbr={words[month]} title={words[month]}>
              {letter}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: 31 }, (_, day) => (
          <tr key={day}>
            <th scope="row">{day + 1}</th>
            {byMonth.map((categories, month) => {
              const category = categories[day];
              if (category === undefined || category < 1) {
                const mark = category === undefined ? 'bc-mod-absent' : '';
                return (
                  <td key={words[month]} className={mark}>
                    {category === -1 ? '–' : ''}
                  </td>
                );
              }
              const [background, color] = categoryColours(category, cold);
              return (
                <td key={words[month]} style={{ background, color }} title={names[category]}>
                  {letterOf(category)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function categoriesByMonth({ first_day, category }: HeatwaveYear): readonly (readonly number[])[] {
  const months: number[][] = Array.from({ length: 12 }, () => []);
  const begin = Date.parse(first_day);
  for (const [number, each] of category.entries()) {
    const day = new Date(begin + number * 86_400_000);
    const month = months[day.getUTCMonth()];
    if (month) {
      month[day.getUTCDate() - 1] = each;
    }
  }
  return months;
}
