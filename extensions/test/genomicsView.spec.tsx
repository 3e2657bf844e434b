import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PanelError } from '@bluecloud/core';
import type { ISeaMapProps, IWorkbench } from '@bluecloud/core';

import { PlanktonView } from '../genomics/src/planktonView';
import { sortedBy, titled } from '../genomics/src/traits';
import type { Body, Communities, Station } from '../genomics/src/wire';

/** What the last map was given: jsdom has no canvas to draw one on. */
let map: ISeaMapProps | null = null;
vi.mock('../core/src/seaMap', () => ({
  default: (props: ISeaMapProps) => {
    map = props;
    return <div role="application" aria-label={props.label} />;
  }
}));

const ORIGIN = { titles: ['Made'], citations: ['Nobody'], synthetic: true };

function station(id: string, group: string, richness: number): Station {
  return {
    id,
    name: `Station ${id}`,
    group,
    latitude: 10,
    longitude: 20,
    depth: 5,
    temperature: 15,
    salinity: 35,
    first: richness / 100,
    second: -richness / 200,
    reads: 5000,
    richness,
    equal_richness: richness - 1,
    shannon: 3,
    evenness: 0.8
  };
}

const FOUND: Communities = {
  stations: [station('a', 'North', 50), station('b', 'North', 70), station('c', 'South', 60)],
  explained: [0.4, 0.22],
  stress: null,
  arrows: [{ name: 'temperature', first: 0.5, second: 0.5, r_squared: 0.5 }],
  group_r_squared: 0.438,
  group_p_value: 0.001,
  equal_reads: 2190,
  left_out: 0,
  origin: ORIGIN
};

function body(image: string, esd: number): Body {
  return {
    image,
    taxon: esd > 20 ? 'Tripos' : 'Ciliophora',
    esd,
    major: esd,
    minor: esd,
    eccentricity: 0,
    circularity: 1,
    area: esd,
    volume: esd,
    mean_grey: 100,
    transparency: 1 / esd,
    at_border: false
  };
}

const BODIES = Array.from({ length: 30 }, (_, number) => body(`${number}.jpg`, number + 1));

let asked: [string, Record<string, unknown>][] = [];
let opened: [string, unknown][] = [];
let refusal: PanelError | null = null;
let view: PlanktonView | undefined;

beforeEach(() => {
  map = null;
  asked = [];
  opened = [];
  refusal = null;
});

afterEach(() => view?.dispose());

function answer(question: string, with_: Record<string, unknown>): unknown {
  switch (question) {
    case 'communities':
      return FOUND;
    case 'composition': {
      const stations = with_['stations'] as string[];
      return {
        taxa: ['Emiliania', 'Zobellia'],
        number: 9,
        stations: stations.map(each => ({ station: each, shares: [0.5, 0.2], others: 0.3 }))
      };
    }
    case 'traits':
      return {
        bodies: BODIES,
        taxa: ['Ciliophora', 'Tripos'],
        without: 2,
        origin: { ...ORIGIN, synthetic: false }
      };
    default: {
      const images = with_['images'] as string[];
      const url = 'data:image/png;base64,';
      return { thumbnails: images.map(image => ({ image, url, width: 9, height: 9 })) };
    }
  }
}

function shown(): HTMLElement {
  const workbench = {
    laboratory: { slug: 'genomics', keeps_runs: false },
    translator: nullTranslator,
    trans: nullTranslator.load('bluecloud'),
    compute: (question: string, with_: Record<string, unknown>) => {
      asked.push([question, with_]);
      return refusal ? Promise.reject(refusal) : Promise.resolve(answer(question, with_));
    },
    runAnalysis: (name: string, values: unknown) => {
      opened.push([name, values]);
      return Promise.resolve();
    },
    analyses: () => Promise.resolve({ analyses: [], problems: [] }),
    catalogue: () => Promise.resolve({ entries: [], problems: [] })
  } as unknown as IWorkbench;
  view = new PlanktonView(workbench);
  Widget.attach(view, document.body);
  return view.node;
}

function last(question: string): Record<string, unknown> | undefined {
  return asked.filter(([name]) => name === question).at(-1)?.[1];
}

function choose(node: HTMLElement, label: string, value: string): void {
  const found = [...node.querySelectorAll('label')].find(each => each.textContent === label);
  const select = node.querySelector<HTMLSelectElement>(`[id="${found?.htmlFor ?? ''}"]`);
  if (!select) {
    expect.fail(label);
  }
  select.value = value;
  select.dispatchEvent(new Event('change', { bubbles: true }));
}

async function press(node: HTMLElement, label: string): Promise<void> {
  const button = await vi.waitFor(
    () =>
      [...node.querySelectorAll('button')].find(each => each.textContent === label) ??
      expect.fail(label)
  );
  button.click();
}

async function sees(node: HTMLElement, text: string): Promise<void> {
  await vi.waitFor(() => expect(node.textContent).toContain(text), { timeout: 4000 });
}

/** The names in the list of stations, in its order. */
function listed(node: HTMLElement): string[] {
  return [...node.querySelectorAll('.bc-Stations tbody label')].map(
    label => /Station ./.exec(label.textContent)?.[0] ?? ''
  );
}

test('it begins with a station of each sea, in map, list and composition', async () => {
  const node = shown();
  await sees(node, '3 stations. The seas explain 44 % of the differences (p = 0.001).');
  await vi.waitFor(() =>
    expect(last('composition')).toEqual({ stations: ['a', 'c'], rank: 'genus', top: 7 })
  );
  await vi.waitFor(() => {
    const chosen = map?.points?.filter(point => point.chosen).map(point => point.id);
    expect(chosen).toEqual(['a', 'c']);
  });
  await sees(node, '7 others');
  await sees(node, 'synthetic data');
});

test('the axes say what share they explain', async () => {
  const node = shown();
  await sees(node, 'First axis (40 %)');
  expect(node.textContent).toContain('Second axis (22 %)');
});

test('a station is picked on the map, among the communities and from the list', async () => {
  const node = shown();
  await vi.waitFor(() => expect(map?.points).toHaveLength(3));
  map?.onPick?.(['b']);
  await vi.waitFor(() => expect(last('composition')).toMatchObject({ stations: ['a', 'c', 'b'] }));
  node.querySelector<HTMLInputElement>('.bc-Stations input')?.click();
  await vi.waitFor(() => expect(last('composition')).toMatchObject({ stations: ['c', 'b'] }));
  const marks = await vi.waitFor(() => {
    const found = node.querySelectorAll('.bc-Pickable');
    expect(found).toHaveLength(3);
    return found;
  });
  marks[0]?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  await vi.waitFor(() => expect(last('composition')).toMatchObject({ stations: ['c', 'b', 'a'] }));
});

test('with none picked nothing is asked, and it is said how to pick', async () => {
  const node = shown();
  await vi.waitFor(() => expect(last('composition')).toBeDefined());
  const before = asked.length;
  await press(node, 'Pick none');
  await sees(node, 'Pick stations on the map, in the plot or in the list.');
  expect(asked).toHaveLength(before);
});

test('the list is sorted by the measure whose head is pressed', async () => {
  const node = shown();
  await sees(node, 'in 2190 reads');
  expect(listed(node)).toEqual(['Station a', 'Station b', 'Station c']);
  await press(node, 'Taxa');
  await vi.waitFor(() => expect(listed(node)).toEqual(['Station b', 'Station c', 'Station a']));
  expect(node.querySelector('[aria-sort=descending]')?.textContent).toBe('Taxa ↓');
});

test('another rank is asked about, and opened as a notebook', async () => {
  const node = shown();
  await sees(node, '3 stations');
  choose(node, 'Rank of the taxa', 'class');
  choose(node, 'Layout', 'nmds');
  await vi.waitFor(() =>
    expect(last('communities')).toEqual({
      rank: 'class',
      metric: 'bray_curtis',
      ordination: 'nmds'
    })
  );
  await vi.waitFor(() => expect(last('composition')).toMatchObject({ rank: 'class' }));
  await press(node, 'Open as a notebook');
  expect(opened).toEqual([
    ['community_diversity', { rank: 'class', metric: 'bray_curtis', ordination: 'nmds' }]
  ]);
});

test('what was refused is said', async () => {
  refusal = new PanelError('SourceDown', 'MGnify does not answer');
  await sees(shown(), 'MGnify does not answer');
});

test('images come by the page, in the order of a trait', async () => {
  const node = shown();
  await sees(node, 'Look at');
  choose(node, 'Look at', 'images');
  await sees(node, 'Page 1 of 3');
  await vi.waitFor(() => expect(node.querySelectorAll('.bc-Gallery img')).toHaveLength(12));
  expect((last('thumbnails')?.['images'] as string[])[0]).toBe('29.jpg');
  choose(node, 'Order', 'up');
  await vi.waitFor(() => expect((last('thumbnails')?.['images'] as string[])[0]).toBe('0.jpg'));
  await press(node, 'Next');
  await sees(node, 'Page 2 of 3');
  choose(node, 'Class', 'Tripos');
  await sees(node, 'Page 1 of 1');
  await vi.waitFor(() => expect(last('thumbnails')?.['images']).toHaveLength(10));
  expect(node.textContent).toContain('On 2 images no body was found.');
});

test('a trait has its unit, and orders bodies either way', () => {
  const trans = nullTranslator.load('bluecloud');
  expect(titled('volume', 'µm', trans)).toBe('Volume (µm³)');
  expect(titled('circularity', 'µm', trans)).toBe('Circularity');
  expect(sortedBy(BODIES.slice(0, 2), 'transparency', true)[0]?.image).toBe('0.jpg');
  expect(sortedBy(BODIES.slice(0, 2), 'transparency', false)[0]?.image).toBe('1.jpg');
});
