import * as Plot from '@observablehq/plot';
import { useMemo, useRef } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Chart, kindColour, kindStyle } from '@bluecloud/core';

import { nameOf } from './asking';
import type { Communities, Composition, Station } from './wire';

/** Marks that are told apart without their colour, one a sea. */
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye', 'times'] as const;

const GLYPHS = ['●', '■', '▲', '◆', '★', '✚', 'Y', '✖'] as const;

interface IOrdinationProps {
  readonly found: Communities;
  readonly groups: readonly string[];
  readonly picked: readonly string[];
  readonly onPick: (id: string) => void;
  readonly trans: TranslationBundle;
}

/** The stations by how like their communities are; the nearer, the more alike. */
export function OrdinationChart(props: IOrdinationProps): JSX.Element {
  const { found, groups, picked, onPick, trans } = props;
  const pick = useRef(onPick);
  pick.current = onPick;
  const options = useMemo((): Plot.PlotOptions => {
    const share = (axis: number): string => {
      const part = found.explained[axis];
      const name = axis === 0 ? trans.__('First axis') : trans.__('Second axis');
      return part === undefined ? name : `${name} (${(100 * part).toFixed(0)} %)`;
    };
    const { stations } = found;
    const reach = Math.max(...stations.flatMap(each => [Math.abs(each.first), Math.abs(each.second)]));
    const arrows = found.arrows.map(arrow => ({
      name: arrow.name,
      first: arrow.first * reach,
      second: arrow.second * reach
    }));
    const kind = (station: unknown): number => groups.indexOf((station as Station).group);
    return {
      height: 290,
      marginLeft: 36,
      marginTop: 22,
      marginBottom: 34,
      x: { label: share(0), grid: true, nice: true, insetLeft: 12, insetRight: 12, ticks: 5 },
      y: { label: share(1), grid: true, nice: true, inset: 12, ticks: 5 },
      marks: [
        Plot.arrow(arrows, {
          x1: 0,
          y1: 0,
          x2: 'first',
          y2: 'second',
          stroke: 'currentColor',
          strokeOpacity: 0.6,
          pointerEvents: 'none' // the stations below are what is clicked
        }),
        Plot.text(arrows, {
          x: 'first',
          y: 'second',
          text: 'name',
          dy: -7,
          fill: 'currentColor',
          stroke: 'var(--jp-layout-color1)',
          strokeWidth: 4,
          pointerEvents: 'none'
        }),
        Plot.dot(stations, {
          x: 'first',
          y: 'second',
          r: 5,
          symbol: station => SYMBOLS[kind(station) % SYMBOLS.length],
          fill: station => kindColour(kind(station) + 1),
          stroke: 'currentColor',
          strokeWidth: station => (picked.includes((station as Station).id) ? 2.5 : 0.5),
          title: station => nameOf(station as Station),
          render: (index, scales, values, dimensions, context, next) => {
            const drawn = next?.(index, scales, values, dimensions, context) ?? null;
            for (const [place, mark] of [...(drawn?.children ?? [])].entries()) {
              const station = stations[index[place] ?? -1];
              mark.addEventListener('click', () => station && pick.current(station.id));
              mark.setAttribute('class', 'bc-Pickable');
            }
            return drawn;
          }
        }),
        Plot.text(
          stations.filter(station => picked.includes(station.id)),
          {
            x: 'first',
            y: 'second',
            text: station => (station as Station).name,
            dy: 13,
            fill: 'currentColor',
            stroke: 'var(--jp-layout-color1)',
            strokeWidth: 4,
            fontWeight: 'bold',
            pointerEvents: 'none'
          }
        )
      ],
      symbol: { type: 'identity' }
    };
  }, [found, groups, picked, trans]);
  return (
    <>
      <Chart
        label={trans.__('Stations by how like their communities are; the list below has them, too')}
        options={options}
      />
      <ul className="bc-Legend">
        {groups.map((group, place) => (
          <li key={group}>
            <span className="bc-Mark" style={kindStyle(place + 1)}>
              {place + 1}
            </span>{' '}
            {GLYPHS[place % GLYPHS.length]} {group}
          </li>
        ))}
      </ul>
      <p className="bc-Note">
        {found.stress === null
          ? trans.__('Arrows: where a measurement grows, longer the better it fits.')
          : trans.__(
              'Stress %1. Arrows: where a measurement grows, longer the better it fits.',
              found.stress
            )}
      </p>
    </>
  );
}

interface ICompositionChartProps {
  readonly composition: Composition;
  readonly names: ReadonlyMap<string, string>;
  readonly trans: TranslationBundle;
}

/** A bar a station, parted by taxon; parts that are wide enough have the taxon's number. */
export function CompositionChart(props: ICompositionChartProps): JSX.Element {
  const { composition, names, trans } = props;
  const options = useMemo((): Plot.PlotOptions => {
    const rows = composition.stations.flatMap(each => {
      let begin = 0;
      return [...each.shares, each.others].map((share, place) => {
        const from = begin;
        begin += share;
        const isOthers = place === each.shares.length;
        return {
          station: names.get(each.station) ?? each.station,
          from: 100 * from,
          to: 100 * begin,
          number: isOthers ? '' : String(place + 1),
          colour: isOthers ? '#b5b5b5' : kindColour(place + 1)
        };
      });
    });
    return {
      height: 44 + 26 * composition.stations.length,
      marginLeft: Math.min(14 + 6.3 * Math.max(...rows.map(row => row.station.length)), 150),
      marginTop: 8,
      marginBottom: 32,
      x: { label: trans.__('Share of the reads (%)'), domain: [0, 100], ticks: 5 },
      y: { type: 'band', label: null, domain: [...new Set(rows.map(row => row.station))] },
      marks: [
        Plot.barX(rows, { y: 'station', x1: 'from', x2: 'to', fill: 'colour', insetRight: 0.5 }),
        Plot.text(
          rows.filter(row => row.to - row.from > 6),
          {
            y: 'station',
            x: row => ((row as { from: number }).from + (row as { to: number }).to) / 2,
            text: 'number',
            fill: '#111',
            stroke: '#fff',
            strokeWidth: 2
          }
        )
      ],
      color: { type: 'identity' }
    };
  }, [composition, names, trans]);
  return <Chart label={trans.__('Shares of taxa in each station')} options={options} />;
}

interface IDiversityProps {
  readonly found: Communities;
  readonly picked: readonly string[];
  readonly trans: TranslationBundle;
}

/** Where the stations that were picked lie among all, by each measure of diversity. */
export function DiversityCharts({ found, picked, trans }: IDiversityProps): JSX.Element {
  const charts = useMemo(
    () => [
      strip(
        trans.__('Taxa expected in %1 reads', found.equal_reads),
        found,
        picked,
        station => station.equal_richness
      ),
      strip(trans.__('Shannon entropy'), found, picked, station => station.shannon),
      strip(trans.__('Evenness (Pielou)'), found, picked, station => station.evenness)
    ],
    [found, picked, trans]
  );
  return (
    <>
      {charts.map(([label, options]) => (
        <Chart key={label} label={label} options={options} />
      ))}
    </>
  );
}

function strip(
  label: string,
  found: Communities,
  picked: readonly string[],
  measure: (station: Station) => number | null
): readonly [string, Plot.PlotOptions] {
  const rows = found.stations.map(station => ({
    name: station.name,
    value: measure(station),
    chosen: picked.includes(station.id)
  }));
  const options: Plot.PlotOptions = {
    height: 56,
    marginTop: 12,
    marginBottom: 30,
    x: { label, ticks: 5, inset: 8 },
    y: { axis: null, domain: [0, 1] },
    marks: [
      Plot.ruleX(rows, { x: 'value', y1: 0, y2: 0.6, stroke: 'currentColor', strokeOpacity: 0.35 }),
      Plot.ruleX(rows.filter(row => row.chosen), {
        x: 'value',
        y1: 0,
        y2: 1,
        stroke: '#0072b2',
        strokeWidth: 3,
        title: 'name'
      })
    ]
  };
  return [label, options];
}
