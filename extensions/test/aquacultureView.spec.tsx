import { Widget } from '@lumino/widgets';
import { afterEach, expect, test, vi } from 'vitest';
import { PanelError } from '@bluecloud/core';
import type { ISeaMapProps } from '@bluecloud/core';

import { NOTHING, editsOf, saidOf, withSaid } from '../aquaculture/src/edits';
import { FarmsView } from '../aquaculture/src/farmsView';
import type { Farm, Farms, KeepAsked, SiteLayer } from '../aquaculture/src/wire';
import { ViewDesk, control, give, press, sees } from './viewDesk';

/** jsdom has no canvas: the map is what it was told. */
const maps: ISeaMapProps[] = [];
vi.mock('../core/src/seaMap', () => ({
  default: (props: ISeaMapProps) => {
    maps.push(props);
    return null;
  }
}));

function farm(id: string, longitude: number, latitude = 35.9): Farm {
  return {
    id,
    longitude,
    latitude,
    area_m2: 4800,
    length_m: 188,
    cages: null,
    contrast_db: 13.5,
    persistence: 1,
    distance_m: 539,
    registered: true,
    outline: [[longitude, latitude]]
  };
}

const ORIGIN = { titles: ['Scenes'], citations: ['Nobody, 2026'], synthetic: true };
const RADAR: Farms = {
  kind: 'radar',
  farms: [farm('a', 14.5), farm('b', 14.6)],
  found: 2,
  dropped: 5,
  sites: [
    { id: 'site 1', longitude: 14.5, latitude: 35.9, owner: '', status: '', seen: true },
    { id: 'site 2', longitude: 14.2, latitude: 36, owner: '', status: '', seen: false }
  ],
  bbox: [14.4, 35.7, 14.7, 36],
  years: [],
  scenes: 4,
  wrong_cells: 4e-17,
  origin: ORIGIN
};
const BOXES: Farms = {
  ...RADAR,
  kind: 'boxes',
  farms: [{ ...farm('c', 14.501), cages: 12, contrast_db: null }],
  found: 1,
  years: [2005, 2021],
  scenes: null,
  wrong_cells: null
};
const LAYER: SiteLayer = {
  field: { name: 'Suitability', units: '0 to 1', west: 14, south: 35.6, east: 14.8, north: 36.2, values: [[0.5]], low: 0, high: 1 },
  suitable_km2: 629.3,
  known_km2: 4812,
  held_back: [
    { name: 'depth', weight: 0.2, area_km2: 3659 },
    { name: 'cold_days', weight: 0.1, area_km2: 0 }
  ],
  origin: ORIGIN
};

let view: FarmsView | undefined;

afterEach(() => {
  view?.dispose();
  maps.length = 0;
});

function shown(answers: Record<string, (asked: object) => unknown> = {}): [ViewDesk, HTMLElement] {
  const desk = new ViewDesk({
    radar_farms: () => RADAR,
    box_farms: () => BOXES,
    site_layer: () => LAYER,
    keep_farms: () => ({ path: 'products/farms/farms.geojson', farms: 1, left_out: 1 }),
    ...answers
  });
  view = new FarmsView(desk.workbench);
  Widget.attach(view, document.body);
  return [desk, view.node];
}

test('what is found is counted, with what its size drops and the sites it is at', async () => {
  const [, node] = shown();
  await sees(node, '2 farms, 5 dropped by their area; 1 of 2 registered sites have one.');
  await sees(node, 'fewer than 0.01 cells');
  const points = await vi.waitFor(() => maps.at(-1)?.points ?? expect.fail('no map'));
  expect(points.map(each => each.id)).toEqual(['site 2', 'a', 'b']);
  expect(new Set(points.map(each => each.colour)).size).toBe(2);
});

test('a moved limit asks for a new count, and for nothing else', async () => {
  const [desk, node] = shown();
  await sees(node, '2 of 4 scenes');
  give(await control(node, 'Detected in at least'), '0');
  await vi.waitFor(() => expect(desk.asked('radar_farms')).toMatchObject({ persistence: 0.25 }));
  give(await control(node, 'Smallest area'), '4');
  await vi.waitFor(() => expect(desk.asked('radar_farms')).toMatchObject({ min_area_m2: 1000 }));
  expect(new Set(desk.done.map(each => each[1]))).toEqual(new Set(['radar_farms']));
});

test('farms of boxes are of a year', async () => {
  const [desk, node] = shown();
  (await control(node, 'Boxes drawn around cages')).click();
  await sees(node, '1 farm, 5 dropped');
  expect(desk.asked('box_farms')).toMatchObject({ year: null });
  give(await control(node, 'Year of the images'), '2005');
  await vi.waitFor(() => expect(desk.asked('box_farms')).toMatchObject({ year: 2005 }));
});

test('a farm picked from the table or the map is told of, and kept so', async () => {
  const [desk, node] = shown();
  await press(node, 'Farm 1');
  await vi.waitFor(() => expect(maps.at(-1)?.points?.find(each => each.chosen)?.id).toBe('a'));
  give(await control(node, 'Name'), 'Il-Hofra');
  give(await control(node, 'Status'), 'functional');
  give(await control(node, 'Note'), 'seen from the boat');
  await sees(node, 'Il-Hofra');
  maps.at(-1)?.onPick?.(['site 2', 'b']);
  (await control(node, 'This is no farm: leave it out')).click();
  await sees(node, '(left out)');
  await press(node, 'Keep 1 farm');
  await sees(node, 'products/farms/farms.geojson');
  const asked = desk.asked('keep_farms') as KeepAsked;
  expect(asked.radar).toMatchObject({ pfa: 1e-6, persistence: 0.5 });
  expect(asked.boxes).toBeUndefined();
  expect(asked.edits).toEqual([
    { ...NOTHING, id: 'a', name: 'Il-Hofra', status: 'functional', note: 'seen from the boat' },
    { ...NOTHING, id: 'b', left_out: true }
  ]);
  await press(node, 'Read them in a notebook');
  await vi.waitFor(() =>
    expect(desk.done.at(-1)?.[1]).toContain('gpd.read_file(Path.home() / "products/farms/farms.geojson")')
  );
});

test('what was said stays with the farm, however it is found', async () => {
  const [, node] = shown();
  await press(node, 'Farm 1');
  give(await control(node, 'Name'), 'Il-Hofra');
  (await control(node, 'Boxes drawn around cages')).click();
  await sees(node, '1 farm, 5 dropped');
  await press(node, 'Il-Hofra'); // a hundred metres beside where radar saw it
});

test('what was said is of one farm only, the nearest, and of none far away', () => {
  const near = [farm('x', 14.5), farm('y', 14.501)];
  const all = withSaid([], near, near[1]!, { ...NOTHING, name: 'Y' });
  expect([...saidOf(all, near).keys()]).toEqual(['y']);
  const changed = withSaid(all, near, near[1]!, { ...NOTHING, name: 'Z' });
  expect(editsOf(changed, near)).toEqual([{ ...NOTHING, id: 'y', name: 'Z' }]);
  expect(saidOf(all, [farm('far', 14.51)]).size).toBe(0);
});

test('why farms cannot be kept is said, and it can be tried again', async () => {
  const refuse = (): never => {
    throw new PanelError('RoutineError', 'products cannot be written: Read-only file system');
  };
  const [, node] = shown({ keep_farms: refuse });
  await press(node, 'Keep 2 farms');
  await sees(node, 'Read-only file system');
  await vi.waitFor(() =>
    expect([...node.querySelectorAll('button')].find(each => each.textContent === 'Keep 2 farms')?.disabled).toBe(false)
  );
});

test('a layer is asked for once it is chosen, and says what holds places back', async () => {
  const [desk, node] = shown();
  await sees(node, '2 farms');
  expect(desk.asked('site_layer')).toBeUndefined();
  expect(maps.at(-1)?.field).toBeNull();
  give(await control(node, 'Layer under the farms'), 'depth');
  await sees(node, '629 of 4,812 km² are suitable.');
  expect(desk.asked('site_layer')).toMatchObject({ layer: 'depth', suitable: 0.7 });
  await vi.waitFor(() => expect(maps.at(-1)?.field?.name).toBe('Suitability'));
  expect(maps.at(-1)?.extent).toEqual([14, 35.6, 14.8, 36.2]);
  expect(node.textContent).not.toContain('Coldest days0'); // of what holds nothing back
  await press(node, 'Choose sites in a notebook');
  const run = desk.done.find(each => each[0] === 'run');
  expect(run?.[1]).toBe('site_suitability');
  expect(run?.[2]).toMatchObject({ logic: 'fuzzy', max_depth_m: 100 });
  expect(run?.[2]).not.toHaveProperty('layer');
});
