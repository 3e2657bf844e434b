import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PanelError } from '@bluecloud/core';
import type { Product, ProductForm, Proposal } from '@bluecloud/core';

import { ProductsView } from '../core/src/productsView';
import { RunsView } from '../core/src/runsView';
import { Desk, ENDED } from './desk';

const PRODUCT: Product = {
  laboratory: 'lab',
  slug: 'warm_days',
  version: 1,
  title: 'Warm days',
  description: 'Of the <b>Ligurian</b> Sea.',
  creators: [{ name: 'Ada Lovelace', orcid: '0000-0002-1825-0097', affiliation: '' }],
  keywords: ['sea surface temperature'],
  licence: 'CC-BY-4.0',
  citation: 'Ada Lovelace (2026): Warm days. Version 1.',
  doi: '',
  published: '2026-11-25T12:00:00Z',
  is_withdrawn: false,
  words: '',
  embargo: null,
  members_only: false,
  entry: 'product_lab_warm_days_v1',
  snippet: 'read_the_first()'
};

const OTHERS: Product = { ...PRODUCT, laboratory: 'other', title: 'Cold days', entry: null, snippet: null };

const WITHDRAWN: Product = {
  ...PRODUCT,
  version: 2,
  is_withdrawn: true,
  words: 'olga: the sensor was broken',
  entry: null,
  snippet: null
};

const INPUT = {
  name: 'cmems:ostia',
  title: 'OSTIA',
  tier: 'sample',
  licence: 'CC BY-NC 4.0',
  citation: 'C.',
  synthetic: true,
  question: 'under which licence is it?'
};

const FORM: ProductForm = {
  run: ENDED.id,
  title: 'Warm days',
  slug: 'warm_days',
  description: 'Made by heatwaves.ipynb.',
  creators: [{ name: 'ada', orcid: '', affiliation: '' }],
  keywords: ['warm'],
  embargo: null,
  files: [
    { path: 'sst.nc', kind: 'grid', bytes: 2000, errors: [], warnings: ['no summary'], chosen: true },
    { path: 'a.csv', kind: 'table', bytes: 10, errors: ['two columns have this name'], warnings: [], chosen: false },
    { path: 'a.png', kind: 'document', bytes: 10, errors: [], warnings: [], chosen: true }
  ],
  licence: 'CC-BY-NC-4.0',
  licences: [
    { spdx: 'CC-BY-NC-4.0', title: 'NonCommercial', why_not: '' },
    { spdx: 'CC0-1.0', title: 'Zero', why_not: 'cmems:ostia has to be named' }
  ],
  inputs: [INPUT],
  acknowledgement: 'C. Licence: CC BY-NC 4.0.',
  words: '',
  own: { warm_days: 1 }
};

const SENT_BACK: Proposal = {
  id: 'p1',
  laboratory: 'lab',
  slug: 'warm_days',
  version: null,
  title: 'Warm days',
  state: 'changes',
  proposed: '2026-11-25T12:00:00Z',
  decided_by: 'mia',
  words: 'Name the ship.'
};

let desk: Desk;
let view: Widget;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => {
  view.dispose();
});

function shown(made: Widget = new ProductsView(desk)): HTMLElement {
  view = made;
  Widget.attach(view, document.body);
  return view.node;
}

async function sees(node: Element, text: string): Promise<void> {
  await vi.waitFor(() => expect(node.textContent).toContain(text));
}

async function press(node: Element, label: string): Promise<HTMLButtonElement> {
  const button = await vi.waitFor(() => {
    const found = [...node.querySelectorAll('button')].find(one => one.textContent === label);
    return found ?? expect.fail(`no button ${label}`);
  });
  button.click();
  return button;
}

/** The field of that label. */
async function field<T extends HTMLElement>(node: Element, label: string): Promise<T> {
  return vi.waitFor(() => {
    const found = [...node.querySelectorAll('label')].find(one => one.textContent === label);
    return (found?.control as T | undefined) ?? expect.fail(`no field ${label}`);
  });
}

/** Give a field a value, past React's own setter, which would see no change. */
function give(control: HTMLElement, value: string): void {
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(control), 'value')!.set!.call(control, value);
  control.dispatchEvent(new Event(control.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
}

test('where nothing is published or proposed it is said how one does', async () => {
  const node = shown();
  await sees(node, 'Nothing is published here yet.');
  await press(node, 'Mine');
  await sees(node, 'You have proposed nothing here yet.');
});

test('why the products are not there is said, and they are asked for again', async () => {
  const asked = vi.spyOn(desk.productsDesk, 'products');
  asked.mockRejectedValueOnce(new PanelError('ServiceAway', 'the service does not answer'));
  const node = shown();
  await sees(node, 'the service does not answer');
  desk.products = [PRODUCT];
  await press(node, 'Try again');
  await sees(node, 'Warm days');
});

test('a product says whose it is, is found by its words, inserted and cited', async () => {
  desk.products = [{ ...PRODUCT, doi: '10.5072/days' }, OTHERS];
  const node = shown();
  await sees(node, 'Ada Lovelace (0000-0002-1825-0097)');
  expect(node.querySelector('dd a')?.getAttribute('href')).toBe('https://doi.org/10.5072/days');
  expect(node.textContent).toContain('Of the <b>Ligurian</b> Sea.');
  expect(node.textContent).not.toContain('Cold days');
  await press(node, 'Insert');
  await vi.waitFor(() => expect(desk.done.at(-1)).toEqual(['insert', 'read_the_first()']));
  give(await field(node, 'Search'), 'LOVELACE salinity');
  await sees(node, '0 products');
  give(await field(node, 'Search'), '10.5072/DAYS');
  await sees(node, '1 product');
  give(await field(node, 'Search'), 'lovelace temperature');
  await sees(node, '1 product');
  (await field(node, 'Also of other laboratories (1)')).click();
  await sees(node, 'It is read in the laboratory other.');
});

test('a withdrawn version leaves its reason, and the one before it in its place', async () => {
  desk.products = [WITHDRAWN, PRODUCT];
  const node = shown();
  const versions = await field<HTMLSelectElement>(node, 'Version');
  expect(versions.value).toBe('1');
  expect(versions.options[0]!.textContent).toContain('withdrawn');
  expect(node.textContent).toContain('Version 2 was withdrawn by olga: the sensor was broken');
  await press(node, 'Insert');
  await vi.waitFor(() => expect(desk.done.at(-1)).toEqual(['insert', 'read_the_first()']));
  give(versions, '2');
  await vi.waitFor(() => expect(versions.value).toBe('2'));
  expect([...node.querySelectorAll('button')].map(one => one.textContent)).not.toContain('Insert');
});

test('it is said where a product comes from, and what came before and after it', async () => {
  desk.products = [{ ...PRODUCT, version: 3 }, WITHDRAWN, PRODUCT];
  desk.lineage = {
    run: 'r-1',
    notebook: 'heatwaves.ipynb',
    proposed_by: 'ada',
    inputs: [INPUT],
    acknowledgement: 'C. Licence: CC BY-NC 4.0.',
    files: [{ path: 'sst.nc', bytes: 2000, sha256: 's' }],
    warnings: ['sst.nc: no summary']
  };
  const node = shown();
  give(await field(node, 'Version'), '2');
  await sees(node, 'withdrawn by olga');
  const fold = [...node.querySelectorAll('details')].find(one => one.textContent === 'Where it comes from')!;
  fold.open = true;
  await sees(fold, 'heatwaves.ipynb');
  const facts = [...fold.querySelectorAll('dt')].map(one => one.textContent);
  expect(facts).toEqual(['Run', 'Notebook', 'Proposed by', 'Before', 'After', 'File']);
  expect(fold.textContent).toContain('OSTIA (CC BY-NC 4.0) – made up');
  expect(desk.done).toEqual([['lineage', 2]]);
});

async function publishing(): Promise<HTMLElement> {
  desk.kept = [{ ...ENDED }];
  const node = shown(new RunsView(desk));
  await press(node, 'Publish…');
  return node;
}

test('a run is proposed with what was found of its files and what its inputs allow', async () => {
  desk.form = FORM;
  const node = await publishing();
  await sees(node, 'grid: it passes');
  expect(node.textContent).toContain('1 remark of the checks');
  expect(node.textContent).toContain('table: it cannot be published');
  expect(desk.done).toEqual([['form', ENDED.id]]);
  expect((await field<HTMLInputElement>(node, 'a.csv (10 B)')).disabled).toBe(true);
  expect(node.textContent).toContain('two columns have this name');
  expect(node.textContent).toContain('CC0-1.0: cmems:ostia has to be named');
  expect(node.textContent).toContain('A manager answers: under which licence is it?');
  expect(node.textContent).toContain('this is its version 2');
  (await field(node, 'a.png (10 B)')).click();
  give(await field(node, 'Title'), 'refused');
  await press(node, 'Propose');
  expect(desk.done).toHaveLength(1); // nobody has an ORCID yet
  give(await field(node, 'ORCID'), '0000-0002-1825-0097');
  give(await field(node, 'Embargo: its files are given out from this day on'), '2027-01-02');
  await press(node, 'Propose');
  await sees(node, 'sst.nc: time has no units');
  give(await field(node, 'Title'), 'Warm nights');
  desk.proposals = [{ ...SENT_BACK, title: 'Warm nights', state: 'waiting' }];
  await press(node, 'Propose');
  await sees(node, 'Warm nights is proposed');
  expect(desk.done.at(-1)).toEqual([
    'propose',
    {
      run: ENDED.id,
      files: ['sst.nc'],
      title: 'Warm nights',
      description: 'Made by heatwaves.ipynb.',
      creators: [{ name: 'ada', orcid: '0000-0002-1825-0097', affiliation: '' }],
      keywords: ['warm'],
      licence: 'CC-BY-NC-4.0',
      slug: '',
      embargo: '2027-01-02'
    }
  ]);
  await press(node, 'See it in Products');
  expect(desk.done.at(-1)).toEqual(['show mine']);
});

test('what cannot be published says why', async () => {
  const node = await publishing();
  await sees(node, 'the run left no file');
  desk.form = { ...FORM, licence: null, licences: [FORM.licences[1]!] };
  await press(node, 'Try again');
  await sees(node, 'exclude one another');
  expect((await press(node, 'Propose')).disabled).toBe(true);
});

test('what was sent back is amended and waits again', async () => {
  desk.proposals = [SENT_BACK, { ...SENT_BACK, id: 'p0', state: 'published', version: 1, words: '' }];
  const orcid = '0000-0002-1825-0097';
  desk.form = { ...FORM, words: 'Name the ship.', creators: [{ name: 'ada', orcid, affiliation: '' }] };
  const node = shown();
  await press(node, 'Mine');
  await sees(node, 'Sent back');
  expect(node.textContent).toContain('mia: Name the ship.');
  expect(node.textContent).toContain('Published as version 1');
  await press(node, 'Amend…');
  give(await field(node, 'Description'), 'Of the ship Ada.');
  desk.proposals = [{ ...SENT_BACK, id: 'p2', state: 'waiting', words: '' }];
  await press(node, 'Propose anew');
  await sees(node, 'Waits for a manager');
  expect(desk.done[0]).toEqual(['amend', 'p1']);
  expect(desk.done.at(-1)).toMatchObject(['propose', { slug: 'warm_days', description: 'Of the ship Ada.' }]);
  expect(node.querySelector('form')).toBeNull();
});
