import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PanelError } from '@bluecloud/core';
import type { ISeaMapProps } from '@bluecloud/core';

import { ScalesView } from '../fisheries/src/scalesView';
import type { CatchMaps, Choices, MapsAsked, ScaleMap, ScaleRow, Scales, Stock } from '../fisheries/src/wire';
import { Desk } from './desk';

/** jsdom has no canvas: the maps are what they were told. */
let maps: ISeaMapProps[] = [];
vi.mock('../core/src/seaMap', () => ({
  default: (props: ISeaMapProps) => {
    maps.push(props);
    return <div role="application" aria-label={props.label} />;
  }
}));

const ORIGIN = { titles: ['Made'], citations: ['Nobody'], synthetic: true };
const CHOICES: Choices = {
  species: [{ code: 'YFT', title: 'YFT, yellowfin tuna' }],
  gears: [{ code: '09.32', title: '09.32, drifting longlines' }],
  first_year: 2010,
  last_year: 2021,
  widths: [1, 5, 20]
};

function scaleMap(width: number, changed: Partial<ScaleMap> = {}): ScaleMap {
  const grid = { name: 'catch', units: 't per square degree', west: 20, south: 0, east: 25, north: 5 };
  return {
    width,
    field: { ...grid, values: [[2]], low: 0.1, high: 20 },
    squares: 1,
    catch: 50,
    modelled: 0,
    left_out: 0,
    split: [],
    largest: [{ west: -25, south: -5, catch: 50, share: 1, modelled: changed.modelled ?? 0 }],
    ...changed
  };
}

/** Reported in squares of five degrees, two of which touch. */
function answeredMaps({ upper, lower, downgrade }: MapsAsked): CatchMaps {
  const split = [
    [20, 0, 25, 5],
    [25, 0, 30, 5]
  ] as const;
  const isFine = upper === 1;
  const fine = downgrade === 'drop' ? { left_out: 50 } : { modelled: 0.5, split };
  return {
    upper: scaleMap(upper ?? 5, isFine ? fine : {}),
    lower: scaleMap(lower ?? 20),
    native: 5,
    reported: 52,
    irregular: 2,
    origin: ORIGIN
  };
}

function row(width: number, half: number, squares: number): ScaleRow {
  return {
    width,
    half,
    squares,
    half_percent: (100 * half) / squares,
    entropy: 2,
    entropy_low: null,
    entropy_high: null,
    gini: 0.5,
    gini_low: 0.4,
    gini_high: 0.6,
    moran: null,
    taylor: 1.5,
    modelled: width < 5 ? 0.5 : 0
  };
}

const SCALES: Scales = {
  rows: [row(1, 86, 2804), row(5, 16, 197), row(20, 4, 33)],
  taylor: 1.4,
  lost: 0.02,
  origin: ORIGIN
};
const STOCK: Stock = {
  track: [
    { year: 2018, biomass: 1.2, fishing: 0.8 },
    { year: 2019, biomass: 0.9, fishing: 0.7 }
  ],
  dots: [{ year: 2019, biomass: 0.8, fishing: 0.7 }],
  now_low: { year: 2019, biomass: 0.6, fishing: 0.5 },
  now_high: { year: 2019, biomass: 1.1, fishing: 1.2 },
  states: [
    { name: 'healthy', chance: 0.2 },
    { name: 'fished down but sustainably', chance: 0.7 },
    { name: 'overfished', chance: 0.0995 },
    { name: 'fished too hard', chance: 0.0005 }
  ],
  numbers: [{ name: 'msy', units: 't year-1', median: 10100, low: 8790, high: 11400 }],
  draws: 8000,
  chains: 64,
  converged: false,
  file: '',
  warning: 'the chains do not agree',
  indexed: true,
  origin: ORIGIN
};

class ScalesDesk extends Desk {
  override compute(question: string, asked: object): Promise<unknown> {
    this.done.push([question, asked]);
    if (question === 'catch_maps') {
      const wanted = asked as MapsAsked;
      return wanted.species === 'YFT'
        ? Promise.reject(new PanelError('ValuesError', 'no catch of YFT is reported'))
        : Promise.resolve(answeredMaps(wanted));
    }
    // A path of the home is one of the machine to a notebook in a folder of it.
    const { file = '' } = asked as { file?: string };
    const stock = { ...STOCK, file: file && `/home/ada/${file}` };
    return Promise.resolve({ choices: CHOICES, scales: SCALES, stock }[question]);
  }

  override runAnalysis(name: string, values: object): Promise<void> {
    this.done.push(['run', name, values]);
    return Promise.resolve();
  }

  /** What a question was last asked with. */
  last(question: string): unknown {
    return (this.done as [string, unknown][]).filter(([asked]) => asked === question).at(-1)?.[1];
  }
}

let desk: ScalesDesk;
let view: ScalesView;

beforeEach(async () => {
  maps = [];
  desk = new ScalesDesk();
  view = new ScalesView(desk);
  Widget.attach(view, document.body);
  await sees('Half the catch is in 16 of 197 squares of 5°, and in 4 of 33 of 20°.');
});

afterEach(() => {
  view.dispose();
});

async function sees(text: string): Promise<void> {
  await vi.waitFor(() => {
    expect(view.node.textContent).toContain(text);
  });
}

function control(label: string): HTMLElement {
  const found = [...view.node.querySelectorAll('label')].find(each => each.textContent === label);
  return found?.control ?? expect.fail(`no control ${label}`);
}

/** As a person would, with the keyboard or not. */
function choose(label: string, value: string): void {
  const field = control(label) as HTMLSelectElement;
  field.value = value;
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

function press(text: string): void {
  const found = [...view.node.querySelectorAll('button')].find(each => each.textContent === text);
  (found ?? expect.fail(`no button ${text}`)).click();
}

test('at first the upper map is of the finest squares in which nothing is modelled', async () => {
  expect(desk.last('catch_maps')).toEqual({
    species: '',
    gear: '',
    first_year: 2019,
    last_year: 2021,
    downgrade: 'equal',
    upper: null,
    lower: 20
  });
  const upper = control('Squares of the upper map') as HTMLSelectElement;
  expect(upper.selectedOptions[0]?.text).toBe('5° (as reported)');
  expect(view.node.textContent).not.toContain('MODELLED');
  await sees('2 t of 52 t are reported for areas that are no squares');
});

test('both maps have the same colours and are moved together', async () => {
  await vi.waitFor(() => {
    expect(new Set(maps.map(({ label }) => label)).size).toBe(2);
  });
  expect(new Set(maps.map(({ together }) => together)).size).toBe(1);
  expect(maps[0]?.together).toBeDefined();
  expect(maps.every(({ isLogarithmic }) => isLogarithmic)).toBe(true);
});

test('finer than reported is called modelled, and outlined without the edges between', async () => {
  choose('Squares of the upper map', '1');
  await sees('MODELLED');
  await sees('50 % of this catch');
  await sees('Half the catch is in 86 of 2804 squares of 1°');
  const { shapes } = maps.filter(({ label }) => label.endsWith('1°')).at(-1)!;
  const [outline] = (shapes as { features: { geometry: { coordinates: unknown[] } }[] }).features;
  expect(outline?.geometry.coordinates).toHaveLength(6); // of eight edges two are one, and gone
});

test('what was left out is said, and is not modelled', async () => {
  choose('Squares of the upper map', '1');
  choose('Reports wider than a square', 'drop');
  await sees('LEFT OUT');
  await sees('50 t of reports that no single square holds');
  expect(desk.last('scales')).toMatchObject({ downgrade: 'drop' });
  expect(view.node.textContent).not.toContain('MODELLED');
});

test('the largest squares of a map can be read', async () => {
  await sees('5° S, 25° W');
});

test('a refusal is said, and the last maps stay', async () => {
  choose('Species', 'YFT');
  await sees('no catch of YFT is reported');
  await sees('Half the catch is in 16 of 197');
});

test('the notebook is opened with what is chosen', async () => {
  choose('Gear', '09.32');
  await vi.waitFor(() => {
    expect(desk.last('scales')).toMatchObject({ gear: '09.32' });
  });
  press('Open as a notebook');
  expect(desk.done.at(-1)).toEqual([
    'run',
    'catch_at_scale',
    {
      species: '',
      gear: '09.32',
      year_first: 2019,
      year_last: 2021,
      resolutions: [1, 5, 20],
      downgrade: 'equal'
    }
  ]);
});

test('a stock is told in words and numbers, with its draws and what is wrong with them', async () => {
  control('The state of a stock').click();
  await sees('1 of the 8,000 draws (64 chains) for 2019');
  await sees('fished down but sustainably70 %');
  await sees('fished too hard< 0.1 %');
  await sees('MSY (t per year)10,1008,790 – 11,400');
  await sees('the chains do not agree');
  await vi.waitFor(() => {
    const chart = view.node.querySelector('[role=img]');
    expect(chart?.getAttribute('aria-label')).toContain('most likely fished down but sustainably');
    expect(chart?.textContent).toContain('overfished');
  });
});

test('catches alone are asked about with a range for the last year', async () => {
  control('The state of a stock').click();
  await sees('State in 2019');
  choose('Stock', 'atlas');
  await vi.waitFor(() => {
    expect(desk.last('stock')).toMatchObject({ source: 'atlas', end_low: 0.2, end_high: 0.6 });
  });
  press('Open as a notebook');
  expect(desk.done.at(-1)).toMatchObject([
    'run',
    'surplus_production',
    { entry: 'tuna_atlas_nominal_catch', species: 'YFT', start: [0.5, 1], end: [0.2, 0.6], draws: 8000 }
  ]);
});

test('a file is asked about once it is chosen', async () => {
  control('The state of a stock').click();
  await sees('State in 2019');
  choose('Stock', 'file');
  await sees('Name a file to see its stock.');
  press('Choose…');
  await vi.waitFor(() => {
    expect(desk.last('stock')).toMatchObject({ source: 'file', file: 'data/chosen.csv' });
  });
  await sees('Open as a notebook');
  press('Open as a notebook');
  expect(desk.done.at(-1)).toMatchObject(['run', 'surplus_production', { stock_file: '/home/ada/data/chosen.csv' }]);
});
