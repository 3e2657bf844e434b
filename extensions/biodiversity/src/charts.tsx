/** The charts of the view, fetched together with the library that draws them. */
import * as Plot from '@observablehq/plot';
import { Suspense, useId, useMemo, useState } from 'react';
import type { JSX } from 'react';
import { Chart, monthNames } from '@bluecloud/core';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IChosen } from './questions';
import type { LengthErrors, Mean, TaxonSeries } from './wire';

const LINE = 'var(--jp-brand-color1)';
const MARGINS = { marginLeft: 40, marginRight: 12 }; // charts below one another share their axis
const MOST_TICKS = 5; // years side by side in a narrow panel

interface ISeriesChartProps {
  readonly series: TaxonSeries;
  readonly taxon: string;
  readonly month: number | null;
  readonly trans: TranslationBundle;
}

/** Means by year or by month with their confidence, and below them the numbers of samples. */
export function SeriesChart({ series, taxon, month, trans }: ISeriesChartProps): JSX.Element {
  const [by, setBy] = useState<'year' | 'month'>('year');
  const id = useId();
  const rows = by === 'year' ? series.by_year : series.by_month;
  const [means, counts] = useMemo(() => seriesOptions(rows, by, trans), [rows, by, trans]);
  const named = monthNames('long')[(month ?? 0) - 1];
  const of = by === 'year' && named ? trans.__('%1, each %2', taxon, named) : taxon;
  const kinds = [
    ['year', trans.__('By year')],
    ['month', trans.__('By month of the year')]
  ] as const;
  return (
    <>
      <fieldset className="bc-Choice">
        <legend className="bc-Visually-hidden">{trans.__('Means')}</legend>
        {kinds.map(([kind, title]) => (
          <label key={kind}>
            <input type="radio" name={id} checked={by === kind} onChange={() => setBy(kind)} />
            {title}
          </label>
        ))}
      </fieldset>
      {rows.length === 0 ? (
        <p className="bc-Note">{trans.__('There are no samples here.')}</p>
      ) : (
        <Suspense fallback={null}>
          <p className="bc-Chart-title">{trans.__('%1: mean and 95 %% confidence', of)}</p>
          <Chart label={trans.__('Mean abundance of %1', of)} options={means} />
          <Chart label={trans.__('Number of samples of %1', of)} options={counts} />
        </Suspense>
      )}
      <details className="bc-More">
        <summary>{trans.__('As numbers')}</summary>
        <MeansTable rows={rows} by={by} trans={trans} />
      </details>
    </>
  );
}

function seriesOptions(
  rows: readonly Mean[],
  by: 'year' | 'month',
  trans: TranslationBundle
): readonly [Plot.PlotOptions, Plot.PlotOptions] {
  const domain = rows.map(({ when }) => when);
  const step = Math.ceil(domain.length / MOST_TICKS);
  const short = monthNames('narrow');
  const x: Plot.ScaleOptions = {
    type: 'band',
    domain: by === 'month' ? short.map((_, place) => place + 1) : domain,
    label: null,
    ...(by === 'month'
      ? { tickFormat: (when: number) => short[when - 1] ?? '' }
      : { ticks: domain.filter((_, place) => place % step === 0), tickFormat: 'd' })
  };
  // An interval of two samples is as wide as you like: it goes on beyond the chart.
  const most = 2 * Math.max(...rows.map(({ mean }) => mean), 0.01);
  const highest = Math.max(...rows.map(({ mean, high }) => Math.min(high ?? mean, most)), 0.01);
  const means: Plot.PlotOptions = {
    height: 170,
    ...MARGINS,
    x: { ...x, axis: null },
    y: { label: trans.__('in m³'), domain: [0, highest * 1.05], grid: true, ticks: 5 },
    marks: [
      Plot.ruleY([0]),
      Plot.ruleX(rows, {
        x: 'when',
        y1: ({ low, mean }: Mean) => low ?? mean,
        y2: ({ high, mean }: Mean) => Math.min(high ?? mean, highest * 1.05),
        stroke: LINE,
        strokeOpacity: 0.5,
        strokeWidth: 5
      }),
      Plot.line(rows, { x: 'when', y: 'mean', stroke: LINE }),
      Plot.dot(rows, { x: 'when', y: 'mean', fill: LINE, r: 3.5 })
    ]
  };
  const counts: Plot.PlotOptions = {
    height: 90,
    ...MARGINS,
    x,
    y: { label: trans.__('samples'), ticks: 2, grid: true },
    marks: [
      Plot.barY(rows, { x: 'when', y: 'samples', fill: 'var(--jp-ui-font-color3)' }),
      Plot.ruleY([0])
    ]
  };
  return [means, counts];
}

interface IMeansTableProps {
  readonly rows: readonly Mean[];
  readonly by: 'year' | 'month';
  readonly trans: TranslationBundle;
}

function MeansTable({ rows, by, trans }: IMeansTableProps): JSX.Element {
  const months = monthNames('long');
  return (
    <div className="bc-Table">
      <table>
        <thead>
          <tr>
            <th scope="col">{by === 'year' ? trans.__('Year') : trans.__('Month')}</th>
            <th scope="col">{trans.__('Mean (m⁻³)')}</th>
            <th scope="col">{trans.__('95 %% confidence')}</th>
            <th scope="col">{trans.__('Samples')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ when, mean, low, high, samples }) => (
            <tr key={when}>
              <th scope="row">{by === 'year' ? when : months[when - 1]}</th>
              <td>{mean}</td>
              <td>{low === null || high === null ? '–' : `${low} – ${high}`}</td>
              <td>{samples}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ILengthChartProps {
  readonly errors: LengthErrors;
  readonly lengthKm: number;
  readonly trans: TranslationBundle;
  readonly onChosen: (changed: Partial<IChosen>) => void;
}

/** By how much maps of several lengths miss samples left out, and the lengths that follow. */
export function LengthChart({ errors, lengthKm, trans, onChosen }: ILengthChartProps): JSX.Element {
  const { best_km: best, suggested_km: suggested, suggested_epsilon2: noise } = errors;
  const options = useMemo<Plot.PlotOptions>(() => {
    const rows = errors.lengths_km.map((length, place) => ({
      length,
      missed: errors.missed_rms[place] ?? NaN
    }));
    const values = [...errors.missed_rms, errors.mean_rms];
    const room = 0.25 * (Math.max(...values) - Math.min(...values) || 1);
    return {
      height: 160,
      ...MARGINS,
      marginBottom: 34,
      x: {
        type: 'log',
        base: 2,
        domain: [25, 2000],
        ticks: [...errors.lengths_km],
        tickFormat: String,
        label: trans.__('correlation length (km)'),
        labelAnchor: 'center',
        labelArrow: 'none'
      },
      y: {
        label: trans.__('missed by (ln(1 + m⁻³))'),
        domain: [Math.min(...values) - room, Math.max(...values) + room],
        grid: true,
        ticks: 4
      },
      marks: [
        Plot.ruleY([errors.mean_rms], { strokeDasharray: '4 3' }),
        Plot.text([errors.mean_rms], {
          y: value => value as number,
          frameAnchor: 'right',
          text: [trans.__('one mean for all')],
          dy: -7,
          textAnchor: 'end'
        }),
        Plot.ruleX([lengthKm], { stroke: LINE, strokeWidth: 1.5 }),
        Plot.text([lengthKm], {
          x: value => value as number,
          frameAnchor: 'bottom',
          text: [trans.__('now')],
          fill: LINE,
          dx: lengthKm > 1000 ? -5 : 5,
          dy: -4,
          textAnchor: lengthKm > 1000 ? 'end' : 'start'
        }),
        Plot.line(rows, { x: 'length', y: 'missed', marker: 'dot' })
      ]
    };
  }, [errors, lengthKm, trans]);
  return (
    <>
      <p className="bc-Note">
        {trans.__(
          'Maps without %1 samples that were left out miss them by so much (root mean square).',
          errors.left_out
        )}
      </p>
      <Suspense fallback={null}>
        <Chart label={trans.__('Error of maps by correlation length')} options={options} />
      </Suspense>
      <div className="bc-Card-actions">
        <button className="bc-Button" type="button" onClick={() => onChosen({ lengthKm: best })}>
          {trans.__('Use %1 km, which misses least', best)}
        </button>
        {suggested !== null && (
          <button
            className="bc-Button"
            type="button"
            onClick={() => {
              const lengthKm = Math.min(Math.max(suggested, 20), 3000);
              const epsilon2 = Math.min(Math.max(noise ?? 10, 0.01), 1000);
              onChosen({ lengthKm, epsilon2 });
            }}
          >
            {noise === null
              ? trans.__('Use %1 km, by how alike samples are', suggested)
              : trans.__('Use %1 km and noise %2, by how alike samples are', suggested, noise)}
          </button>
        )}
      </div>
      {suggested === null && <p className="bc-Note">{errors.unsuggested}</p>}
    </>
  );
}
