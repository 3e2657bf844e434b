/** The statistics over all widths, fetched together with the library that draws them. */
import * as Plot from '@observablehq/plot';
import { Suspense, useMemo } from 'react';
import type { JSX } from 'react';
import { Chart } from '@bluecloud/core';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ScaleRow, Scales } from './wire';

const LINE = 'var(--jp-brand-color1)';

interface IScaleChartsProps {
  readonly scales: Scales;
  /** Of the two maps, degrees. */
  readonly widths: readonly number[];
  readonly trans: TranslationBundle;
}

/** Entropy, Gini and concentration by the width of a square. */
export default function ScaleCharts({ scales, widths, trans }: IScaleChartsProps): JSX.Element {
  const chosen = widths.join();
  const charts = useMemo(() => {
    const marked = chosen.split(',').map(Number);
    const made = (
      of: (row: ScaleRow) => number,
      low?: (row: ScaleRow) => number | null,
      high?: (row: ScaleRow) => number | null
    ): Plot.PlotOptions => options(scales.rows, marked, trans, of, low, high);
    return [
      [
        trans.__('Entropy (nats)'),
        made(
          row => row.entropy,
          row => row.entropy_low,
          row => row.entropy_high
        )
      ],
      [
        trans.__('Gini coefficient'),
        made(
          row => row.gini,
          row => row.gini_low,
          row => row.gini_high
        )
      ],
      [trans.__('Squares with half the catch (percent of those with any)'), made(row => row.half_percent)]
    ] as const;
  }, [scales, chosen, trans]);
  return (
    <Suspense fallback={null}>
      {charts.map(([title, drawn]) => (
        <div key={title}>
          <p className="bc-Chart-title">{title}</p>
          <Chart label={trans.__('%1 by the width of a square', title)} options={drawn} />
        </div>
      ))}
      <p className="bc-Note">
        {trans.__(
          'Shaded: the range over grids of the same width that begin elsewhere. Hollow: partly modelled. Upright lines: the two maps.'
        )}
      </p>
    </Suspense>
  );
}

function options(
  rows: readonly ScaleRow[],
  marked: readonly number[],
  trans: TranslationBundle,
  of: (row: ScaleRow) => number,
  low?: (row: ScaleRow) => number | null,
  high?: (row: ScaleRow) => number | null
): Plot.PlotOptions {
  const ranged = rows.filter(row => low?.(row) != null && high?.(row) != null);
  const most = Math.max(...rows.map(row => Math.max(of(row), high?.(row) ?? 0)), 0.01);
  return {
    height: 130,
    marginLeft: 32,
    marginRight: 14,
    marginBottom: 32,
    x: {
      type: 'log',
      ticks: rows.map(row => row.width),
      tickFormat: (width: number) => `${width}°`,
      label: trans.__('width of a square'),
      labelAnchor: 'center',
      labelArrow: 'none'
    },
    y: { domain: [0, most * 1.05], ticks: 4, grid: true, label: null },
    marks: [
      Plot.ruleX(marked.filter(Boolean), { strokeOpacity: 0.45, strokeDasharray: '3 3' }),
      Plot.areaY(ranged, {
        x: 'width',
        y1: row => low?.(row as ScaleRow) ?? NaN,
        y2: row => high?.(row as ScaleRow) ?? NaN,
        fill: LINE,
        fillOpacity: 0.25
      }),
      Plot.line(rows, { x: 'width', y: of, stroke: LINE }),
      Plot.dot(rows, {
        x: 'width',
        y: of,
        r: 4,
        stroke: LINE,
        strokeWidth: 1.5,
        fill: (row: ScaleRow) => (row.modelled > 0 ? 'var(--jp-layout-color1)' : LINE)
      })
    ]
  };
}
