import { Widget } from '@lumino/widgets';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { PanelError } from '@bluecloud/core';
import type { ISeaMapProps } from '@bluecloud/core';

import { without } from '../biodiversity/src/abundanceSection';
import { ProductsView } from '../biodiversity/src/productsView';
import type { AbundanceMap, Choices, LengthErrors, TaxonSeries } from '../biodiversity/src/wire';
import { ViewDesk, control, give, press, sees } from './viewDesk';

/** jsdom has no canvas: the map is what it was told. */
const maps: ISeaMapProps[] = [];
vi.mock('../core/src/seaMap', () => ({
  default: (props: ISeaMapProps) => {
    maps.push(props);
    return null;
  }
}));

const GRID = { name: 'Calanus', units: '1', west: 0, south: 0, east: 2, north: 1, low: 0, high: 1 };
const ORIGIN = { titles: ['Tows'], citations: ['Nobody, 2026'], synthetic: true };

const MAP: AbundanceMap = {
  abundance: { ...GRID, values: [[0.2, 0.8]] },
  error: { ...GRID, name: 'Relative error', values: [[0.1, 0.9]] },
  samples: [
    { id: '4', longitude: -20.5, latitude: 50.25, date: '2010-05-03', abundance: 6.39, observed: 2, residual: 1 },
    { id: '7', longitude: -21, latitude: 51, date: '2011-05-04', abundance: 0, observed: 0, residual: null }
  ],
  missed: ['4'],
  used: 1,
  outside: 1,
  residual_rms: 1,
  origin: ORIGIN
};
const SERIES: TaxonSeries = {
  by_year: [{ when: 2010, samples: 36, mean: 12, low: 8, high: 18 }],
  by_month: [{ when: 5, samples: 432, mean: 9, low: 7, high: 11 }],
  samples: 36,
  origin: ORIGIN
};
const LENGTHS: LengthErrors = {
  lengths_km: [50, 400],
  missed_rms: [1, 0.5],
  best_km: 400,
  mean_rms: 1.2,
  left_out: 86,
  suggested_km: null,
  suggested_epsilon2: null,
  unsuggested: 'too few samples'
};

function choices(asked: object): Choices {
  const { data } = asked as { data: Choices['data'] };
  const taxa = ['Acartia clausi', 'Calanus finmarchicus'].map(name => ({ name, found: null }));
  return { data, taxa, bbox: [-30, 45, -11, 60], cell: 0.25, first_year: 2006, last_year: 2017 };
}

let view: ProductsView | undefined;

// What is imported when first drawn is no part of what a test waits for.
beforeAll(async () => {
  await Promise.all([import('../biodiversity/src/charts'), import('../core/src/chart')]);
}, 30_000);

afterEach(() => {
  view?.dispose();
  maps.length = 0;
});

function shown(answers: Partial<Record<string, (asked: object) => unknown>> = {}): [ViewDesk, HTMLElement] {
  const given = {
    choices,
    abundance_map: () => MAP,
    taxon_series: () => SERIES,
    length_errors: () => LENGTHS,
    ...answers
  };
  const desk = new ViewDesk(given);
  view = new ProductsView(desk.workbench);
  Widget.attach(view, document.body);
  return [desk, view.node];
}

test('the taxon of the notebook is mapped first, with the years that there are', async () => {
  const [desk, node] = shown();
  await sees(node, '1 sample on the map');
  expect(desk.asked('abundance_map')).toEqual({
    data: 'plankton_tows_synthetic',
    taxon: 'Calanus finmarchicus',
    first_year: 2006,
    last_year: 2017,
    month: 5,
    epsilon2: 10,
    corr_length_km: 300
  });
  await sees(node, 'synthetic data');
});

test('a moved length asks for the map alone; the error limit asks for nothing', async () => {
  const [desk, node] = shown();
  await sees(node, 'too few samples');
  const before = desk.done.length;
  give(await control(node, 'Correlation length'), '3');
  await vi.waitFor(() => expect(desk.asked('abundance_map')).toMatchObject({ corr_length_km: 100 }));
  const after = desk.done.slice(before).map(each => each[1]);
  expect(after).toEqual(['abundance_map']);
  give(await control(node, 'Hide above a relative error of'), '9');
  await vi.waitFor(() => expect(maps.at(-1)?.field?.values).toEqual([[0.2, 0.8]]));
  expect(desk.done.length).toBe(before + 1);
});

test('what is not sure enough is hidden, and the error has a map of its own', async () => {
  const [, node] = shown();
  await vi.waitFor(() => expect(maps.at(-1)?.field?.values).toEqual([[0.2, null]]));
  (await control(node, 'Relative error')).click();
  await vi.waitFor(() => expect(maps.at(-1)?.field).toMatchObject({ name: 'Relative error', values: [[0.1, null]] }));
  expect(without(MAP.abundance, MAP.error, 1)).toBe(MAP.abundance);
});

test('a sample is looked at by a click on the map, or from the list by the keyboard', async () => {
  const [, node] = shown();
  await vi.waitFor(() => expect(maps.length).toBeGreaterThan(0));
  maps.at(-1)?.onPick?.(['7']);
  await sees(node, '2011-05-04, at 51.00° N, 21.00° W');
  await press(node, 'Show');
  await sees(node, '2010-05-03, at 50.25° N, 20.50° W');
  await sees(node, 'By the map1.7 in a cubic metre'); // exp(2 - 1) - 1
  await vi.waitFor(() => expect(maps.at(-1)?.points?.filter(each => each.chosen).map(each => each.id)).toEqual(['4']));
});

test('a box on the map is of the series alone', async () => {
  const [desk, node] = shown();
  await vi.waitFor(() => expect(maps.length).toBeGreaterThan(0));
  maps.at(-1)?.onBox?.([-25, 46, -20, 50]);
  await sees(node, 'Samples in the box of the map.');
  await vi.waitFor(() => expect(desk.asked('taxon_series')).toMatchObject({ box: [-25, 46, -20, 50] }));
  expect(desk.asked('abundance_map')).not.toHaveProperty('box');
});

test('the length that misses least can be taken, and why none is suggested is said', async () => {
  const [desk, node] = shown();
  await sees(node, 'too few samples');
  await press(node, /^Use 400 km/);
  await vi.waitFor(() => expect(desk.asked('abundance_map')).toMatchObject({ corr_length_km: 400 }));
});

test('a year is asked for once it is one', async () => {
  const [desk, node] = shown();
  const from = await control(node, 'Years from');
  give(from, '201');
  expect(from.getAttribute('aria-invalid')).toBe('true');
  give(from, '2012');
  await vi.waitFor(() => expect(desk.asked('taxon_series')).toMatchObject({ first_year: 2012 }));
  const years = desk.done.map(each => (each[2] as { first_year?: number } | undefined)?.first_year);
  expect(years).not.toContain(201);
});

test('a refusal is shown in place of the map, and the other answers stay', async () => {
  const refuse = (): never => {
    throw new PanelError('ValuesError', 'there are no samples of Calanus in 2030');
  };
  const [, node] = shown({ abundance_map: refuse });
  await sees(node, 'there are no samples of Calanus in 2030');
  await sees(node, '86 samples that were left out');
  expect(maps).toEqual([]);
});

test('what is of OBIS goes on in its notebook, and anything as a cell', async () => {
  const [desk, node] = shown();
  await press(node, 'Insert as a cell');
  await vi.waitFor(() => expect(desk.done.at(-1)?.[1]).toContain('corr_length_km=300,'));
  expect([...node.querySelectorAll('button')].map(each => each.textContent)).not.toContain('Open as a notebook');
  give(await control(node, 'Samples'), 'obis_measurements');
  await press(node, 'Open as a notebook');
  await vi.waitFor(() =>
    expect(desk.done.find(each => each[0] === 'run')).toEqual([
      'run',
      'zooplankton_map',
      {
        entry: 'obis_measurements',
        taxon: 'Calanus finmarchicus',
        bbox: [-30, 45, -11, 60],
        years: [2006, 2017],
        months: [5],
        resolution: 0.25,
        corr_length: 300,
        epsilon2: 10,
        error_max: 0.5
      }
    ])
  );
});
