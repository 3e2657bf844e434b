import * as Plot from '@observablehq/plot';
import { useMemo } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Chart, kindColour } from '@bluecloud/core';

import { categoryColours } from './categoryColours';
import type { Heat, HeatwaveYear, Patterns, Storms } from './wire';

const DAY_MS = 86_400_000;

interface ITranslated {
  readonly trans: TranslationBundle;
}

interface IYearChartProps extends ITranslated {
  readonly days: HeatwaveYear;
  readonly cold: boolean;
}

/** Temperature, climatology and threshold of a year, with its events filled. */
export function YearChart({ days, cold, trans }: IYearChartProps): JSX.Element {
  const options = useMemo((): Plot.PlotOptions => {
    const begin = Date.parse(days.first_day);
    let run = 0;
    const rows = days.temperature.map((temperature, number) => {
      const category = days.category[number] ?? -1;
      run += category !== days.category[number - 1] ? 1 : 0;
      return {
        day: new Date(begin + number * DAY_MS),
        temperature,
        climatology: days.climatology[number] ?? null,
        threshold: days.threshold[number] ?? null,
        category,
        run
      };
    });
    return {
      height: 190,
      marginLeft: 34,
      marginTop: 22,
      x: { type: 'utc', label: null },
      y: { label: trans.__('Temperature (°C)'), grid: true, zero: false },
      marks: [
        Plot.rectY(
          rows.filter(row => row.category > 0),
          {
            x1: 'day',
            x2: row => new Date(Number((row as { day: Date }).day) + DAY_MS),
            y1: 'climatology',
            y2: 'temperature',
            inset: -0.4, // no seams between the days
            fill: row => categoryColours((row as { category: number }).category, cold)[0]
          }
        ),
        Plot.lineY(rows, { x: 'day', y: 'climatology', stroke: 'currentColor', strokeOpacity: 0.6 }),
        Plot.lineY(rows, {
          x: 'day',
          y: 'threshold',
          stroke: 'currentColor',
          strokeDasharray: '3,3'
        }),
        Plot.lineY(rows, { x: 'day', y: 'temperature', stroke: '#d1495b', strokeWidth: 1.5 }),
        Plot.tip(
          rows,
          Plot.pointerX({
            x: 'day',
            y: 'temperature',
            fill: 'var(--jp-layout-color1)',
            title: row => {
              const { day, temperature } = row as { day: Date; temperature: number | null };
              return `${day.toISOString().slice(0, 10)}\n${temperature?.toFixed(1) ?? '–'} °C`;
            }
          })
        )
      ]
    };
  }, [days, cold, trans]);
  return (
    <>
      <Chart label={trans.__('Temperature of each day, in degrees Celsius')} options={options} />
      <p className="bc-Note">
        {trans.__('Red: temperature. Line: climatology. Dashed: threshold. Filled: events.')}
      </p>
    </>
  );
}

interface IHeatChartProps extends ITranslated {
  readonly heat: Heat;
}

/** The heat of each month: median and quartiles. */
export function HeatChart({ heat, trans }: IHeatChartProps): JSX.Element {
  const options = useMemo((): Plot.PlotOptions => {
    const rows = heat.months.map(month => ({ ...month, day: new Date(`${month.month}T00:00Z`) }));
    return {
      height: 190,
      marginLeft: 34,
      marginTop: 22,
      x: { type: 'utc', label: null },
      y: { label: trans.__('Heat content (GJ m⁻²)'), grid: true, zero: false },
      marks: [
        Plot.areaY(rows, { x: 'day', y1: 'low', y2: 'high', fill: '#0072b2', fillOpacity: 0.25 }),
        Plot.lineY(rows, { x: 'day', y: 'middle', stroke: '#0072b2', strokeWidth: 2, marker: 'dot' })
      ]
    };
  }, [heat, trans]);
  return (
    <>
      <Chart label={trans.__('Heat content of each month, in GJ per square metre')} options={options} />
      <p className="bc-Note">{trans.__('The median of the profiles, and the half about it.')}</p>
    </>
  );
}

interface IPatternsChartProps extends ITranslated {
  readonly patterns: Patterns;
}

/** The median temperature profile of each class with its band; its number at its foot. */
export function ProfilesChart({ patterns, trans }: IPatternsChartProps): JSX.Element {
  const options = useMemo((): Plot.PlotOptions => {
    const rows = patterns.classes.flatMap(each =>
      patterns.pressure.map((pressure, level) => ({
        pressure,
        kind: each.kind,
        low: each.low[level],
        middle: each.middle[level],
        high: each.high[level]
      }))
    );
    const colour = (row: unknown): string => kindColour((row as { kind: number }).kind);
    const tops = rows.filter(row => row.pressure === patterns.pressure[0]);
    return {
      height: 260,
      marginLeft: 40,
      marginTop: 26,
      x: { label: trans.__('Temperature (°C)'), axis: 'bottom', grid: true },
      y: { label: trans.__('Pressure (dbar)'), reverse: true, grid: true },
      marks: [
        Plot.areaX(rows, {
          y: 'pressure',
          x1: 'low',
          x2: 'high',
          z: 'kind',
          fill: colour,
          fillOpacity: 0.18
        }),
        Plot.lineX(rows, { y: 'pressure', x: 'middle', z: 'kind', stroke: colour, strokeWidth: 2 }),
        Plot.text(tops, {
          y: 'pressure',
          x: 'middle',
          text: row => String((row as { kind: number }).kind),
          dy: -9,
          fontWeight: 'bold',
          fill: 'currentColor'
        })
      ]
    };
  }, [patterns, trans]);
  return (
    <Chart label={trans.__('Temperature of each class by pressure')} options={options} />
  );
}

/** How many profiles of each class each month has, with the number of the class in its bar. */
export function ClassesChart({ patterns, trans }: IPatternsChartProps): JSX.Element {
  const options = useMemo((): Plot.PlotOptions => {
    const rows = patterns.classes.flatMap(each =>
      patterns.months.map((month, place) => ({
        month: month.slice(0, 7),
        kind: each.kind,
        profiles: each.by_month[place] ?? 0
      }))
    );
    const some = rows.filter(row => row.profiles > 0);
    const colour = (row: unknown): string => kindColour((row as { kind: number }).kind);
    const many = patterns.months.length > 14;
    return {
      height: 190,
      marginLeft: 34,
      marginTop: 22,
      x: { type: 'band', label: null, tickFormat: many ? () => '' : shortMonth },
      y: { label: trans.__('Profiles'), grid: true },
      marks: [
        Plot.barY(some, Plot.stackY({ x: 'month', y: 'profiles', z: 'kind', fill: colour })),
        ...(many
          ? []
          : [
              Plot.text(
                some,
                Plot.stackY({
                  x: 'month',
                  y: 'profiles',
                  z: 'kind',
                  text: row => String((row as { kind: number }).kind),
                  fill: '#111',
                  stroke: '#fff',
                  strokeWidth: 2
                })
              )
            ]),
        Plot.ruleY([0])
      ]
    };
  }, [patterns, trans]);
  return <Chart label={trans.__('Profiles of each class in each month')} options={options} />;
}

interface IWintersChartProps extends ITranslated {
  readonly storms: Storms;
}

/** The severity of each winter; those that the data have in part are pale. */
export function WintersChart({ storms, trans }: IWintersChartProps): JSX.Element {
  const options = useMemo((): Plot.PlotOptions => {
    const worst = [...storms.winters].sort((a, b) => b.severity - a.severity).slice(0, 3);
    return {
      height: 190,
      marginLeft: 40,
      marginTop: 24,
      x: { type: 'linear', label: trans.__('winter, by the year of its January'), tickFormat: 'd' },
      y: { label: trans.__('Severity (1000 km²)'), grid: true },
      marks: [
        Plot.rectY(storms.winters, {
          x1: row => (row as { year: number }).year - 0.4,
          x2: row => (row as { year: number }).year + 0.4,
          y: 'severity',
          fill: '#0072b2',
          fillOpacity: row => ((row as { whole: boolean }).whole ? 1 : 0.4)
        }),
        Plot.text(worst, {
          x: 'year',
          y: 'severity',
          text: row => String((row as { year: number }).year),
          dy: -6,
          fill: 'currentColor'
        }),
        Plot.ruleY([0])
      ]
    };
  }, [storms, trans]);
  return (
    <>
      <Chart label={trans.__('Severity of each winter, in 1000 square kilometres')} options={options} />
      <p className="bc-Note">{trans.__('Pale: the data have only a part of that winter.')}</p>
    </>
  );
}

/** The first letters of a month such as 2019-07, in the person's language. */
function shortMonth(month: string): string {
  return new Date(`${month}-15`).toLocaleString(undefined, { month: 'narrow', timeZone: 'UTC' });
}
