import { expect, test, vi } from 'vitest';
import type { Output, Run } from '@bluecloud/core';

import { bytes, duration } from '../core/src/amounts';
import { differences, pairs } from '../core/src/comparison';
import { earlierInWords } from '../core/src/earlier';
import { stateInWords } from '../core/src/runWords';
import { endedSince } from '../core/src/runNews';
import { grouped } from '../core/src/runsView';
import { begun, meantBy, sweepOf } from '../core/src/sweep';

import { ANALYSIS, Desk, ENDED, RUN, detail, trans } from './desk';
import { press, sees, shown, write } from './window';

test('a run says how far it is, and can be ended', async () => {
  const desk = new Desk();
  desk.kept = [RUN, { ...RUN, id: 'q-0000', submission: 'q', state: 'queued', position: 2 }];
  const node = await shown(desk);
  await sees(node, 'Runs: cell 3 of 8');
  await sees(node, 'Waits, number 2 in the queue');
  expect(node.querySelector('progress')?.value).toBe(3);
  await press(node, 'Cancel');
  await vi.waitFor(() => expect(desk.done).toContainEqual(['cancel', 'r-0000']));
});

test('a run that failed says why, opens, and says why it is not repeated', async () => {
  const desk = new Desk();
  desk.kept = [
    { ...RUN, state: 'failed', words: 'Cell 4 raised KeyError.', next_step: 'Open it at cell 4.' }
  ];
  const node = await shown(desk);
  await sees(node, 'Cell 4 raised KeyError.');
  await sees(node, 'Open it at cell 4.');
  const card = await vi.waitFor(
    () => [...node.querySelectorAll('li')].find(each => each.textContent.includes('Heatwaves')) ?? expect.fail()
  );
  await press(card, 'Open');
  await vi.waitFor(() => expect(desk.done).toContainEqual(['fetch', 'r-0000']));
  await vi.waitFor(() => expect(card.querySelector('button:disabled')).toBeNull());
  await press(card, 'Run again');
  await sees(card, 'the service does not answer');
});

test('a form submits what needs no window', async () => {
  const desk = new Desk();
  const node = await shown(desk);
  await press(node, 'Run with parameters');
  await press(node, 'Run without me');
  await vi.waitFor(() => expect(desk.done).toContainEqual(['submit', 'anomaly', { percentile: 90 }]));
  await sees(node, 'It is submitted and runs on');
  expect(desk.done.some(act => (act as string[])[0] === 'run')).toBe(false);
});

test('older runs are asked for', async () => {
  const desk = new Desk();
  desk.kept = Array.from({ length: 150 }, (_, number) => ({
    ...ENDED,
    id: `${number}-0000`,
    submission: String(number),
    title: number < 100 ? 'New' : 'Old'
  }));
  const node = await shown(desk);
  await sees(node, 'Show older runs');
  expect(node.textContent).not.toContain('Old');
  await press(node, 'Show older runs');
  await sees(node, 'Old');
  expect(node.textContent).not.toContain('Show older runs');
});

test('where no runs are kept there is nothing of them', async () => {
  const desk = new Desk();
  desk.laboratory.keeps_runs = false;
  const node = await shown(desk);
  await press(node, 'Run with parameters');
  await sees(node, 'Percentile');
  expect(node.textContent).not.toContain('Run without me');
  expect([...node.querySelectorAll('[role=tab]')].map(tab => tab.textContent)).not.toContain('Runs');
});

test('only what was seen to go on is told to have ended', () => {
  const ended: Run = { ...RUN, state: 'succeeded' };
  expect(endedSince(null, [ended])).toEqual([]);
  expect(endedSince(new Map([['r-0000', ended]]), [ended])).toEqual([]);
  expect(endedSince(new Map(), [ended])).toEqual([]);
  expect(endedSince(new Map([['r-0000', RUN]]), [ended, RUN])).toEqual([ended]);
});

const FIRST: Run = { ...ENDED, submission: 's', id: 's-0000', varied: { percentile: 90 } };
const SECOND: Run = { ...FIRST, id: 's-0001', state: 'failed', varied: { percentile: 95 } };

function output(path: string, sha256: string): Output {
  return { path, bytes: 1500, sha256 };
}

test('a run says how long it takes and how long it usually does', () => {
  const at = (second: number): number => Date.parse('2026-11-25T10:00:10+00:00') + second * 1000;
  const usual: Run = { ...RUN, expected_s: 24 };
  expect(stateInWords(RUN, at(12), trans)).toBe('Runs: cell 3 of 8, for 12 s');
  expect(stateInWords(usual, at(12), trans)).toBe('Runs: cell 3 of 8, for 12 s, usually 24 s');
  expect(stateInWords(usual, at(30), trans)).toContain('longer than the usual 24 s');
  expect(stateInWords(ENDED, at(500), trans)).toBe('Succeeded in 24 s');
});

test('times and sizes are said in two units at most', () => {
  expect([0.25, 59.6, 200, 3900].map(each => duration(each, trans))).toEqual([
    '0.3 s',
    '1 min 0 s',
    '3 min 20 s',
    '1 h 5 min'
  ]);
  expect([0, 999, 1500, 2.5e9].map(bytes)).toEqual(['0 B', '999 B', '1.5 kB', '2.5 GB']);
});

test('who runs an analysis knows what earlier runs took, or that there are none', async () => {
  const spread = { median: 24, least: 20, most: 31 };
  expect(
    earlierInWords({ runs: 3, going: 0, seconds: spread, memory_bytes: null, output_bytes: null }, trans)
  ).toBe('3 earlier runs of yours: 24 s (20 s – 31 s).');
  const node = await shown(new Desk());
  await press(node, 'Run with parameters');
  await sees(node, 'No earlier run of yours.');
});

test('the picture of an analysis says what it shows', async () => {
  const node = await shown(new Desk());
  const picture = await vi.waitFor(() => node.querySelector('img') ?? expect.fail());
  expect(picture.getAttribute('src')).toBe('/picture/anomaly?v=v1');
  expect(picture.alt).toBe('Anomaly: A map');
});

test('the runs of a submit are one group in the order they were made', () => {
  const sweep = { submission: 's', counts: { succeeded: 1, failed: 1 } };
  const groups = grouped({ runs: [SECOND, FIRST, RUN], sweeps: [sweep], more: false });
  expect(groups.map(group => [group.sweep, group.runs.map(run => run.id)])).toEqual([
    [sweep, ['s-0000', 's-0001']],
    [null, ['r-0000']]
  ]);
});

test('a sweep says how it stands, and its failed runs are run again', async () => {
  const desk = new Desk();
  desk.kept = [SECOND, FIRST];
  desk.sweeps = [{ submission: 's', counts: { succeeded: 1, failed: 1 } }];
  const node = await shown(desk);
  await sees(node, 'Heatwaves: 2 runs');
  await sees(node, '1 failed, 1 succeeded');
  await sees(node, 'percentile 95');
  await press(node, 'Run the failed again');
  await vi.waitFor(() => expect(desk.done).toContainEqual(['again failed', 's']));
});

test('two runs are compared by parameters, times and files', async () => {
  const desk = new Desk();
  desk.kept = [SECOND, FIRST];
  desk.sweeps = [{ submission: 's', counts: { succeeded: 1, failed: 1 } }];
  desk.details = [
    detail(FIRST, [output('results/a 2026-11-25 100010/a.nc', '1'), output('same.csv', '2')]),
    detail(SECOND, [output('results/a 2026-11-25 100050/a.nc', '3'), output('same.csv', '2')])
  ];
  const node = await shown(desk);
  const boxes = await vi.waitFor(() => {
    const found = [...node.querySelectorAll<HTMLInputElement>('li li input[type=checkbox]')];
    return found.length === 2 ? found : expect.fail();
  });
  boxes[0]!.click();
  await sees(node, 'Choose one more run');
  boxes[1]!.click();
  await sees(node, 'Two runs compared');
  await sees(node, 'percentile9095');
  await sees(node, '1 parameter is the same.');
  await sees(node, 'results/a/a.nc' + 'different (SHA-256)');
  await sees(node, 'same.csvsame (SHA-256)');
});

test('files are paired by name without the time, unless that makes two of one', () => {
  const twice = [output('a 2026-11-25 100010/a', '1'), output('a 2026-11-25 100011/a', '1')];
  const names = pairs(detail(FIRST, twice), detail(SECOND, [output('a', '1')])).map(pair => pair.path);
  expect(names).toEqual(['a', 'a 2026-11-25 100010/a', 'a 2026-11-25 100011/a']);
  const lost = pairs(detail(FIRST, [output('b', '1')]), detail(SECOND, []));
  expect(lost).toEqual([{ path: 'b', first: output('b', '1'), second: null, same: false }]);
});

test('a parameter that one of two runs does not have differs', () => {
  const other = detail(SECOND, []);
  const without = { ...other, parameters: { entry: 'ostia' } };
  expect(differences(detail(FIRST, []), without)).toEqual({
    differ: [{ name: 'percentile', first: 90, second: undefined }],
    same: [{ name: 'entry', first: 'ostia', second: 'ostia' }]
  });
});

test('the figures of a run are shown when they are asked for', async () => {
  const desk = new Desk();
  desk.kept = [ENDED];
  desk.pictures = {
    figures: [{ name: 'map (3)', address: 'data:image/png;base64,AA==' }],
    drawn: [],
    interactive: 2,
    words: ''
  };
  const node = await shown(desk);
  await press(node, 'Figures');
  await sees(node, '2 interactive figures');
  expect(node.querySelector('figure img')?.getAttribute('alt')).toBe('map (3) of Heatwaves');
  await press(node, 'Bring capsule home');
  await sees(node, 'runs/r-0000-capsule');
});

test('that no notebook is in front is said where it was asked to be finished', async () => {
  const desk = new Desk();
  const node = await shown(desk);
  await press(node, 'Finish this notebook as a run');
  await sees(node, 'no notebook in front');
  expect(desk.done).toContainEqual(['finish']);
});

test('a sweep says how many runs it makes and submits them, up to what can be', async () => {
  const desk = new Desk();
  const node = await shown(desk);
  await press(node, 'Run with parameters');
  await press(node, 'Add a value');
  const field = await vi.waitFor(() => node.querySelector('textarea') ?? expect.fail());
  expect(field.value).toBe('90');
  write(field, '60, 70:80:5');
  await sees(node, '4 runs, one for each combination; at most 6 can be.');
  await press(node, 'Submit 4 runs');
  await vi.waitFor(() =>
    expect(desk.done).toContainEqual([
      'submit',
      'anomaly',
      { percentile: 90 },
      { percentile: [60, 70, 75, 80] }
    ])
  );
  write(field, '60:80:1');
  const submit = await vi.waitFor(
    () => [...node.querySelectorAll('button')].find(each => each.textContent === 'Submit 7 runs') ?? expect.fail()
  );
  expect(submit.disabled).toBe(true);
  write(field, '40');
  await sees(node, '40 is not allowed: more than 50 and at most 100.');
  await press(node, 'Only one value');
  await sees(node, 'Run without me');
});

test('values are written as lists, ranges, lines and choices', () => {
  const meant = (schema: object, text: string): unknown => {
    const { values, problem } = meantBy({ text, chosen: [] }, schema, 10, trans);
    return problem || values;
  };
  const number = { type: 'number', minimum: 0 };
  expect(meant(number, '0.1:0.3:0.1 5;5')).toEqual([0.1, 0.2, 0.3, 5]);
  expect(meant(number, '3:1')).toBe('3:1 is no value of it.');
  expect(meant(number, '-1')).toBe('-1 is not allowed: at least 0.');
  expect(meant({ type: 'integer' }, '1.5')).toBe('1.5 is not allowed: a whole number.');
  expect(meant(number, '0:1e9:1')).toHaveLength(11); // one more than can be run, and no more
  expect(meant({ type: 'string' }, 'a b\nc\n')).toEqual(['a b', 'c']);
  expect(meant({ type: 'array', items: { type: 'integer' } }, '1991, 2000\n2001, 2020')).toEqual([
    [1991, 2000],
    [2001, 2020]
  ]);
  expect(meant(number, ' ')).toBe('Give at least one value.');
});

test('a sweep begins with the present value, and multiplies', () => {
  const schema = {
    properties: { n: { type: 'integer' as const, default: 3 }, kind: { enum: ['a', 'b'] } }
  };
  expect(begun(schema.properties.n, undefined)).toEqual({ text: '3', chosen: [3] });
  const written = { n: { text: '1, 2, 3', chosen: [] }, kind: { text: '', chosen: ['a', 'b'] } };
  const { count, values, problems } = sweepOf(written, schema, 10, trans);
  expect([count, values, problems]).toEqual([6, { n: [1, 2, 3], kind: ['a', 'b'] }, {}]);
});

test('a box is four numbers of their own, and goes back to the notebook’s', async () => {
  const desk = new Desk();
  const bbox = {
    type: 'array' as const,
    items: { type: 'number' as const },
    minItems: 4,
    maxItems: 4,
    description: 'west, south, east, north',
    default: [-20, 40, 10, 60]
  };
  const form = { ...ANALYSIS.form, properties: { bbox } };
  desk.analyses = () => Promise.resolve({ analyses: [{ ...ANALYSIS, form }], problems: [] });
  const node = await shown(desk);
  await press(node, 'Run with parameters');
  const west = await vi.waitFor(
    () => node.querySelector<HTMLInputElement>('.bc-BoxFields input') ?? expect.fail()
  );
  expect(west.value).toBe('-20');
  const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
  value?.set?.call(west, '-15');
  west.dispatchEvent(new Event('input', { bubbles: true }));
  await press(node, 'Run without me');
  await vi.waitFor(() =>
    expect(desk.done).toContainEqual(['submit', 'anomaly', { bbox: [-15, 40, 10, 60] }])
  );
  await press(node, 'No box');
  await vi.waitFor(() => expect(west.value).toBe('-20'));
});
