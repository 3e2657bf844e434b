import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PanelError } from '@bluecloud/core';
import type { FindRequest, Found, Hit } from '@bluecloud/core';

import { Box } from '../core/src/box';
import { NO_WISH, isEmpty, joined, request, toggled } from '../core/src/findQuery';
import { FindView } from '../core/src/findView';
import { boxInWords } from '../core/src/hitCard';

import { Desk } from './desk';

const HIT: Hit = {
  id: 'argogdac:1',
  title: 'A profile',
  description: 'Of oxygen.',
  source: 'argogdac',
  level: 'granule',
  variables: ['dissolved oxygen in the water'],
  platform: 'profiling float',
  bbox: [-6, 36, -6, 36],
  time: ['2015-01-01', '2015-01-01'],
  depth: [0, 2000],
  licence: 'CC BY 4.0',
  citation: 'Argo, 2000',
  page: null,
  picture: null,
  access: 'open',
  synthetic: true,
  entry: 'argo_profiles',
  request: { wmo: 1 },
  snippet: 'read_it()'
};

function page(where: string, hits: readonly Hit[], total = hits.length): Found {
  const values = [{ value: 'argogdac', label: 'argogdac', number: total }];
  const token = hits.length < total ? 'next' : null;
  return { where, total, token, hits, facets: [{ name: 'source', values }] };
}

let view: FindView;
let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => {
  view.dispose();
});

function shown(): HTMLElement {
  view = new FindView(desk);
  Widget.attach(view, document.body);
  return view.node;
}

/** Type as a person does: React listens for the event, not for the value. */
async function look(node: HTMLElement, text: string): Promise<void> {
  const input = await vi.waitFor(() => {
    const found = node.querySelector<HTMLInputElement>('input[type=search]');
    expect(found).not.toBeNull();
    return found!;
  });
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(input, text);
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

async function sees(node: HTMLElement, text: string): Promise<void> {
  await vi.waitFor(() => expect(node.textContent).toContain(text));
}

function press(node: HTMLElement, label: string): void {
  const buttons = [...node.querySelectorAll('button')];
  const button = buttons.find(one => one.textContent.includes(label));
  expect(button, label).toBeDefined();
  button!.click();
}

test('what is here is shown at once, and what the deployment has in its place', async () => {
  let answer: (found: Found) => void = () => undefined;
  desk.find = asked =>
    asked.where === 'here'
      ? Promise.resolve(page('this machine', [HIT]))
      : new Promise(resolve => {
          answer = resolve;
        });
  const node = shown();
  await look(node, 'oxygen');
  await sees(node, '1 found in this machine');
  await sees(node, 'is being asked');
  answer(page('the deployment', [HIT, { ...HIT, id: 'argogdac:2', title: 'Another' }]));
  await sees(node, '2 found in the deployment');
  expect(node.textContent).toContain('Another');
  expect(node.textContent).not.toContain('is being asked');
});

test('a deployment that does not answer costs nothing but what it has', async () => {
  desk.find = asked =>
    asked.where === 'here'
      ? Promise.resolve(page('this machine', [HIT]))
      : Promise.reject(new PanelError('ServiceAway', 'the service does not answer'));
  const node = shown();
  await look(node, 'oxygen');
  await sees(node, 'the service does not answer');
  expect(node.textContent).toContain('A profile');
  expect(node.textContent).not.toContain('is being asked');
});

test('an older answer does not come after a newer one', async () => {
  const answers = new Map<string, (found: Found) => void>();
  desk.laboratory.keeps_runs = false;
  desk.find = asked =>
    new Promise(resolve => {
      answers.set(asked.text, resolve);
    });
  const node = shown();
  await look(node, 'oxygen');
  await vi.waitFor(() => expect(answers.has('oxygen')).toBe(true));
  await look(node, 'cod');
  await vi.waitFor(() => expect(answers.has('cod')).toBe(true));
  answers.get('cod')!(page('here', [{ ...HIT, title: 'A cod' }]));
  await sees(node, 'A cod');
  answers.get('oxygen')!(page('here', [HIT]));
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(node.textContent).not.toContain('A profile');
});

test('pages follow one another, and a hit is not shown twice', async () => {
  desk.laboratory.keeps_runs = false;
  const asked: FindRequest[] = [];
  desk.find = one => {
    asked.push(one);
    const second = { ...HIT, id: 'argogdac:2', title: 'Another' };
    return Promise.resolve(one.token ? page('here', [HIT, second]) : page('here', [HIT], 2));
  };
  const node = shown();
  await look(node, 'oxygen');
  await sees(node, '1 of 2 are shown');
  press(node, 'Show more');
  await sees(node, 'Another');
  expect(asked.at(-1)?.token).toBe('next');
  expect(node.querySelectorAll('.bc-Cards > li')).toHaveLength(2);
});

test('a suggestion is looked for as what it is, and words are taken as they were typed', async () => {
  desk.suggest = () =>
    Promise.resolve({
      suggestions: [{ kind: 'taxon', value: 'Gadus morhua', label: 'Gadus morhua' }]
    });
  desk.find = asked => {
    desk.done.push(asked);
    return Promise.resolve(page('here', []));
  };
  const node = shown();
  await look(node, 'cod');
  await sees(node, 'Gadus morhua');
  press(node, 'Gadus morhua');
  await vi.waitFor(() =>
    expect(desk.done.at(-1)).toMatchObject({ taxa: ['Gadus morhua'], text: '', variables: [] })
  );
});

test('a source is pressed to be searched alone, and says how it is', async () => {
  desk.sources = () =>
    Promise.resolve({
      sources: [{ source: 'emodnet', title: 'EMODnet', state: 'down', words: 'no connection' }]
    });
  desk.find = asked => {
    desk.done.push(asked);
    return Promise.resolve(page('here', []));
  };
  const node = shown();
  await vi.waitFor(() => expect(node.querySelector('details')).not.toBeNull());
  for (const fold of node.querySelectorAll('details')) {
    if (fold.textContent.startsWith('Sources')) {
      fold.open = true;
    }
  }
  await sees(node, 'EMODnet down');
  press(node, 'EMODnet');
  await vi.waitFor(() => expect(desk.done.at(-1)).toMatchObject({ sources: ['emodnet'] }));
});

test('what is found is inserted, dragged and looked at', async () => {
  desk.laboratory.keeps_runs = false;
  desk.find = () => Promise.resolve(page('here', [HIT]));
  const node = shown();
  await look(node, 'oxygen');
  await sees(node, 'A profile');
  const insert = [...node.querySelectorAll('button')].find(one => one.textContent === 'Insert')!;
  insert.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, button: 0 }));
  insert.click();
  await vi.waitFor(() => {
    expect(desk.done).toContainEqual(['drag', 'A profile', 'read_it()']);
    expect(desk.done).toContainEqual(['insert', 'read_it()']);
  });
});

test('a wish is empty until something is asked', () => {
  expect(isEmpty(NO_WISH)).toBe(true);
  expect(isEmpty({ ...NO_WISH, text: ' ' })).toBe(true);
  expect(isEmpty(toggled(NO_WISH, 'source', 'ena'))).toBe(false);
  expect(isEmpty(toggled(toggled(NO_WISH, 'source', 'ena'), 'source', 'ena'))).toBe(true);
  expect(request({ ...NO_WISH, shallowest: '100' }).depth).toEqual([100, 12000]);
  expect(request({ ...NO_WISH, deepest: '50' }).depth).toEqual([0, 50]);
});

test('hits that are there already are not taken twice', () => {
  const other = { ...HIT, id: 'x:1' };
  expect(joined([HIT], [HIT, other])).toEqual([HIT, other]);
});

test('a box of a map that went around the earth is one of degrees', () => {
  expect(Box.of(170, -10, 190, 95)).toEqual([170, -10, -170, 90]);
  expect(Box.of(-200, -95, 200, 10)).toEqual([-180, -90, 180, 10]);
  expect(boxInWords([-6, 30, 37, 46])).toBe('6°W – 37°E, 30°N – 46°N');
  expect(boxInWords([-6, 36, -6, 36])).toBe('6°W, 36°N');
});
