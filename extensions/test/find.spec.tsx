import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PanelError } from '@bluecloud/core';
import type { FindRequest, Found, Hit, SourceState } from '@bluecloud/core';

import { Box } from '../core/src/box';
import { NO_WISH, hasWords, isEmpty, joined, request, toggled } from '../core/src/findQuery';
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
  beyond: [],
  refused: '',
  snippet: 'read_it()'
};

function page(where: string, hits: readonly Hit[], total = hits.length): Found {
  const values = [{ value: 'argogdac', label: 'argogdac', number: total }];
  const token = hits.length < total ? 'next' : null;
  return { where, total, token, suggestion: '', hits, facets: [{ name: 'source', values }] };
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

test('what may have been meant is looked for when it is pressed', async () => {
  desk.find = asked =>
    Promise.resolve(
      asked.text === 'salinity'
        ? page(asked.where, [HIT])
        : { ...page(asked.where, []), suggestion: 'salinity' }
    );
  const node = shown();
  await look(node, 'salinty');
  await sees(node, 'Did you mean');
  press(node, 'salinity');
  await sees(node, '1 found in');
  expect(node.textContent).not.toContain('Did you mean');
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

test('where no source is reached that is said once, and none of them is called down', async () => {
  const down = (source: string): SourceState => ({ source, title: source, state: 'down', words: 'no connection' });
  const kept: SourceState = { source: 'own', title: 'own', state: 'snapshot', words: 'kept here' };
  desk.sources = () => Promise.resolve({ sources: [down('emodnet'), down('obis'), kept] });
  const node = shown();
  await vi.waitFor(() => expect(node.querySelector('details')).not.toBeNull());
  for (const fold of node.querySelectorAll('details')) {
    fold.open = true;
  }
  await sees(node, 'No internet: nothing beyond this deployment is reached.');
  const chips = [...node.querySelectorAll('.bc-Chips button')];
  expect(chips.map(chip => chip.textContent)).toEqual(['emodnet', 'obis', 'own snapshot']);
  expect(chips.map(chip => chip.getAttribute('title'))).toEqual([null, null, 'kept here']);
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

test('a hit says what it is read beyond, and why an example', async () => {
  const hit: Hit = { ...HIT, beyond: ['bbox', 'time'], refused: 'a box of 688 square degrees' };
  desk.find = () => Promise.resolve(page('this machine', [hit]));
  const node = shown();
  await look(node, 'oxygen');
  await sees(node, 'read beyond the box, period that you search');
  expect(node.textContent).toContain('not read at once: a box of 688 square degrees.');
});

test('providers are asked themselves, and one that is silent keeps nobody waiting', async () => {
  desk.laboratory.keeps_runs = false;
  desk.laboratory.askable = [
    { source: 'eudat', title: 'EUDAT' },
    { source: 'eurobis', title: 'OBIS' },
    { source: 'emodnet', title: 'EMODnet' }
  ];
  desk.find = asked => {
    if (asked.where === 'at:eudat') {
      const fresh = { ...HIT, id: 'eudat:new', title: 'Taken in today' };
      return Promise.resolve(page('EUDAT', [HIT, fresh]));
    }
    if (asked.where === 'at:eurobis') {
      return Promise.reject(new PanelError('CatalogueUnavailable', 'no connection'));
    }
    return asked.where === 'here'
      ? Promise.resolve(page('this machine', [HIT]))
      : new Promise(() => undefined);
  };
  const node = shown();
  await look(node, 'oxygen');
  await sees(node, '1 found in this machine');
  await vi.waitFor(() => expect(node.textContent).toContain('Taken in today'), 3000);
  expect(node.textContent).toContain('EUDAT: 2 found');
  expect(node.textContent).toContain('OBIS: no connection');
  expect(node.textContent).toContain('EMODnet: being asked…');
  expect(node.textContent.match(/A profile/g)).toHaveLength(1); // what is above is not here again
});

test('providers that all fail are one line, with the reasons below it', async () => {
  desk.laboratory.keeps_runs = false;
  desk.laboratory.askable = [{ source: 'eudat', title: 'EUDAT' }];
  desk.find = asked =>
    asked.where === 'here'
      ? Promise.resolve(page('this machine', [HIT]))
      : Promise.reject(new PanelError('CatalogueUnavailable', 'no connection'));
  const node = shown();
  await look(node, 'oxygen');
  await vi.waitFor(() => expect(node.textContent).toContain('None of them answers'), 3000);
  expect(node.querySelector('details li')?.textContent).toBe('EUDAT: no connection');
});

test('providers are not asked without a word', () => {
  const wish = { ...NO_WISH, box: Box.of(0, 0, 1, 1) };
  expect(hasWords(wish)).toBe(false);
  expect(hasWords({ ...wish, text: ' x ' })).toBe(true);
});
