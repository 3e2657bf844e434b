/** Kobe's plot, fetched together with the library that draws it. */
import * as Plot from '@observablehq/plot';
import { Suspense, useMemo } from 'react';
import type { JSX } from 'react';
import { Chart } from '@bluecloud/core';
import type { TranslationBundle } from '@jupyterlab/translation';

import { STATE_COLOURS } from './colours';
import type { KobePoint, Stock } from './wire';

const TEXT = 'var(--jp-ui-font-color0)';
const PAPER = 'var(--jp-layout-color1)';
const LABELLED = 10; // years between those that are named

interface IKobeChartProps {
  readonly stock: Stock;
  readonly trans: TranslationBundle;
}

/** Biomass against fishing, both over those of the largest yield that lasts. */
export default function KobeChart({ stock, trans }: IKobeChartProps): JSX.Element {
  const options = useMemo(() => kobe(stock, trans), [stock, trans]);
  const said = [...stock.states].sort((one, other) => other.chance - one.chance)[0]?.name ?? '';
  return (
    <Suspense fallback={null}>
      <Chart
        label={trans.__('Kobe plot: the stock is most likely %1', trans.__(said))}
        options={options}
      />
    </Suspense>
  );
}

interface IQuarter {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
  readonly colour: string;
  readonly name: string;
}

function kobe(stock: Stock, trans: TranslationBundle): Plot.PlotOptions {
  const { track, dots, now_low: low, now_high: high } = stock;
  const right = reach([...track, high].map(point => point.biomass), dots.map(dot => dot.biomass));
  const top = reach([...track, high].map(point => point.fishing), dots.map(dot => dot.fishing));
  const quarters = quartersOf(stock, right, top, trans);
  const last = track.slice(-1);
  const first = track.slice(0, 1);
  const begun = first[0]?.year ?? 0;
  const ended = last[0]?.year ?? 0;
  const named = track.filter(
    ({ year }) =>
      year === begun ||
      year === ended ||
      (year % LABELLED === 0 && year - begun > LABELLED / 2 && ended - year > LABELLED / 2)
  );
  // Where a label goes on the right it is in the way of the track, or beyond the chart.
  const isLeft = ({ biomass }: KobePoint): boolean => biomass < 0.85 || biomass > 0.82 * right;
  const xy = { x: 'biomass', y: 'fishing' } as const;
  return {
    height: 320,
    marginLeft: 36,
    marginRight: 10,
    marginTop: 24,
    marginBottom: 36,
    x: {
      domain: [0, right],
      label: trans.__('B / Bmsy (size of the stock)'),
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: 5
    },
    y: { domain: [0, top], label: trans.__('F / Fmsy (how hard it is fished)'), ticks: 5 },
    marks: [
      Plot.rect(quarters, { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', fill: 'colour', fillOpacity: 0.3 }),
      Plot.ruleX([1], { strokeOpacity: 0.6 }),
      Plot.ruleY([1], { strokeOpacity: 0.6 }),
      Plot.dot(dots.filter(within(right, top)), { ...xy, r: 1.5, fill: TEXT, fillOpacity: 0.25 }),
      Plot.line(track, { ...xy, stroke: TEXT, strokeWidth: 1.5, curve: 'catmull-rom' }),
      Plot.dot(track, { ...xy, r: 2, fill: TEXT }),
      Plot.ruleY(last, { x1: low.biomass, x2: Math.min(high.biomass, right), y: 'fishing', stroke: TEXT, strokeWidth: 2.5 }),
      Plot.ruleX(last, { y1: low.fishing, y2: Math.min(high.fishing, top), x: 'biomass', stroke: TEXT, strokeWidth: 2.5 }),
      Plot.dot(first, { ...xy, r: 4, fill: PAPER, stroke: TEXT, strokeWidth: 2 }),
      Plot.dot(last, { ...xy, r: 5, fill: TEXT, stroke: PAPER, symbol: 'square' }),
      ...quarters.map(quarter =>
        Plot.text([quarter], {
          x: ({ x1, x2 }: IQuarter) => (x1 === 0 ? x1 : x2),
          y: ({ y1, y2 }: IQuarter) => (y1 === 0 ? y1 : y2),
          text: 'name',
          textAnchor: quarter.x1 === 0 ? 'start' : 'end',
          lineAnchor: quarter.y1 === 0 ? 'bottom' : 'top',
          dx: quarter.x1 === 0 ? 5 : -5,
          dy: quarter.y1 === 0 ? -5 : 5,
          lineWidth: 9,
          fontWeight: 'bold',
          fill: TEXT
        })
      ),
      ...[true, false].map(left =>
        Plot.text(named.filter(point => isLeft(point) === left), {
          ...xy,
          text: ({ year }: KobePoint) => String(year),
          dx: left ? -8 : 8,
          dy: -7,
          textAnchor: left ? 'end' : 'start',
          fill: TEXT,
          stroke: PAPER,
          strokeWidth: 3
        })
      )
    ]
  };
}

/** How far an axis goes: to 2 at least, and to most of what there is. */
function reach(needed: readonly number[], draws: readonly number[]): number {
  const sorted = [...draws].sort((one, other) => one - other);
  const most = sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0;
  return Math.max(2, 1.1 * Math.max(...needed, most));
}

function within(right: number, top: number): (point: KobePoint) => boolean {
  return ({ biomass, fishing }) => biomass <= right && fishing <= top;
}

function quartersOf(
  stock: Stock,
  right: number,
  top: number,
  trans: TranslationBundle
): readonly IQuarter[] {
  const boxes = [
    { x1: 1, x2: right, y1: 0, y2: 1 },
    { x1: 0, x2: 1, y1: 0, y2: 1 },
    { x1: 0, x2: 1, y1: 1, y2: top },
    { x1: 1, x2: right, y1: 1, y2: top }
  ];
  return boxes.map((box, place) => ({
    ...box,
    colour: STATE_COLOURS[place] ?? 'none',
    name: trans.__(stock.states[place]?.name ?? '')
  }));
}
