import { expect, test, vi } from 'vitest';
import type { Run } from '@bluecloud/core';

import { earlierInWords } from '../core/src/earlier';
import { changedShort } from '../core/src/runWords';

import { ANALYSIS, Desk, ENDED, RUN, detail, trans } from './desk';
import { press, sees, shown, write } from './window';

const CHANGED: Run = { ...ENDED, changed: { confidence: '0.9', year: '2010' } };

function card(node: HTMLElement): HTMLElement {
  return node.querySelector<HTMLElement>('#bc-run-r-0000') ?? expect.fail('no card of the run');
}

test('a card says by what its run differs, and all of it behind a fold', async () => {
  const desk = new Desk();
  desk.kept = [CHANGED];
  desk.details = [
    {
      ...detail({ ...CHANGED, varied: { confidence: 0.9 } }, [
        { path: 'results/a.nc', bytes: 1500, sha256: '1' }
      ]),
      peak_bytes: 2.5e9
    }
  ];
  const node = await shown(desk);
  await sees(node, 'confidence 0.9 · year 2010');
  const fold = card(node).querySelector('details') ?? expect.fail('no fold');
  expect(fold.querySelector('dl')).toBeNull(); // not asked for before it is opened
  fold.open = true;
  await vi.waitFor(() => {
    const facts = [...fold.querySelectorAll('dt')].map(name => [
      name.textContent,
      name.nextElementSibling?.textContent
    ]);
    expect(facts).toEqual([
      ['confidence', '0.9'],
      ['entry', 'ostia'],
      ['Run', 'r-0000'],
      ['Notebook', 'heatwaves.ipynb, SHA-256 n'],
      ['Release', '1.2.3'],
      ['Most memory', '2.5 GB'],
      ['File', 'results/a.nc, 1.5 kB']
    ]);
  });
});

test('what does not fit on a card is cut between parameters, or within a long one', () => {
  const many = { first: 'a'.repeat(40), second: 'b'.repeat(40) };
  expect(changedShort({ ...RUN, changed: many })).toBe(`first ${'a'.repeat(40)} ·…`);
  const long = changedShort({ ...RUN, changed: { name: 'c'.repeat(100) } });
  expect([long.length, long.at(-1)]).toEqual([72, '…']);
  expect(changedShort({ ...RUN, changed: {} })).toBe('');
});

test('a run that failed in its first cell opens, one without a notebook does not', async () => {
  const desk = new Desk();
  const failed: Run = { ...ENDED, state: 'failed', cells_done: 0, words: 'Cell 1 raised KeyError.' };
  desk.kept = [failed, { ...failed, id: 'q-0000', submission: 'q', executed: false }];
  const node = await shown(desk);
  await sees(node, 'Cell 1 raised KeyError.');
  const labels = (id: string): readonly (string | null)[] =>
    [...node.querySelectorAll(`#bc-run-${id} button`)].map(each => each.textContent);
  expect(labels('r-0000')).toContain('Open');
  expect(labels('r-0000')).toContain('Figures');
  expect(labels('q-0000')).not.toContain('Open');
  await press(card(node), 'Open');
  await vi.waitFor(() => expect(desk.done).toContainEqual(['fetch', 'r-0000']));
});

test('each submit is said anew, with its run and a way to it, and earlier runs are asked again', async () => {
  const desk = new Desk();
  const node = await shown(desk);
  await press(node, 'Run with parameters');
  await sees(node, 'No earlier run of yours.');
  const said = (): string =>
    [...node.querySelectorAll('[role=status][aria-live=polite]')].map(each => each.textContent).join('');
  await vi.waitFor(() => expect(node.querySelector('[aria-live=polite]')).not.toBeNull());
  expect(said()).toBe('');
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 10, 25, 10, 0, 0) });
  await press(node, 'Run without me');
  await vi.waitFor(() => expect(said()).toContain('Anomaly at'));
  const first = said();
  await sees(node, 'No earlier run of yours has succeeded yet. 1 goes on now.');
  vi.setSystemTime(new Date(2026, 10, 25, 10, 0, 7));
  await press(node, 'Run without me');
  await sees(node, '2 go on now.');
  await vi.waitFor(() => expect(said()).toContain('Anomaly at'));
  expect(said()).not.toBe(first);
  vi.useRealTimers();
  await press(node, 'See it in Runs');
  expect(desk.done).toContainEqual(['show runs']);
});

test('earlier runs and those that go on are counted in words', () => {
  const earlier = { runs: 1, going: 2, seconds: null, memory_bytes: null, output_bytes: null };
  expect(earlierInWords(earlier, trans)).toBe('1 earlier run of yours. 2 go on now.');
});

test('a sweep with a wrong value is not submitted, and says which', async () => {
  const desk = new Desk();
  const other = { type: 'number' as const, default: 1, title: 'Other', maximum: 5 };
  const form = { ...ANALYSIS.form, properties: { ...ANALYSIS.form.properties, other } };
  desk.analyses = () => Promise.resolve({ analyses: [{ ...ANALYSIS, form }], problems: [] });
  const node = await shown(desk);
  const button = (label: string): HTMLButtonElement | undefined =>
    [...node.querySelectorAll('button')].find(each => each.textContent === label);
  await press(node, 'Run with parameters');
  await press(node, 'Add a value');
  await sees(node, '1 run; at most 6 can be.');
  const field = await vi.waitFor(() => node.querySelector('textarea') ?? expect.fail());
  write(field, '60, 400');
  await sees(node, 'Nothing is submitted while there is a wrong value: Percentile.');
  expect(button('Submit')?.disabled).toBe(true);
  write(field, '60, 70');
  await vi.waitFor(() => expect(button('Submit 2 runs')?.disabled).toBe(false));
  const one = [...node.querySelectorAll('label')].find(each => each.textContent.includes('Other'));
  write(one?.control as HTMLInputElement, '9');
  await sees(node, 'Nothing is submitted while there is a wrong value: Other.');
  expect(button('Submit')?.disabled).toBe(true);
});
