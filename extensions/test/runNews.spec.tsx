import { StateDB } from '@jupyterlab/statedb';
import { Notification } from '@jupyterlab/apputils';
import { afterEach, expect, test, vi } from 'vitest';
import type { Run } from '@bluecloud/core';

import { PanelApi } from '../core/src/api';
import { awayInWords, endedAway, seenOf } from '../core/src/runNews';
import { FailureNotice, failuresInWords } from '../core/src/runNotice';
import { RunsDesk } from '../core/src/runsDesk';

import { Desk, ENDED, RUN, trans } from './desk';
import { press, sees, shown } from './window';

const BEFORE: Run = { ...ENDED, id: 'a-0000', submission: 'a' };
const FAILED: Run = { ...ENDED, id: 'b-0000', submission: 'b', state: 'failed', title: 'Blooms', ended: '2026-11-25T11:00:00+00:00' };
const LATER: Run = { ...ENDED, id: 'c-0000', submission: 'c', changed: { year: '2010' }, ended: '2026-11-25T12:00:00+00:00' };

afterEach(() => Notification.dismiss());

test('what is remembered is what goes on and the last end', () => {
  expect(seenOf([])).toEqual({ going: [], ended: null });
  expect(seenOf([RUN, LATER, BEFORE])).toEqual({ going: ['r-0000'], ended: LATER.ended });
});

test('those ended since that went on, or ended later than the last that was seen', () => {
  expect(endedAway(null, [BEFORE, FAILED])).toEqual([]); // nobody was here before
  expect(endedAway({ going: [], ended: null }, [RUN, BEFORE])).toEqual([BEFORE]);
  const seen = { going: [BEFORE.id], ended: FAILED.ended };
  // The first was slow to be measured: another that ended after it was seen before.
  expect(endedAway(seen, [BEFORE, FAILED, LATER, RUN])).toEqual([BEFORE, LATER]);
  expect(awayInWords([FAILED, LATER], trans)).toBe(
    '2 runs ended since you were here: 1 failed, 1 succeeded.'
  );
});

test('what ended while the window was closed is told once, with a way to each', async () => {
  const desk = new Desk();
  desk.kept = [LATER, FAILED, BEFORE];
  desk.seen = { going: [FAILED.id], ended: BEFORE.ended };
  const node = await shown(desk);
  await sees(node, '2 runs ended since you were here: 1 failed, 1 succeeded.');
  const told = Notification.manager.notifications.map(({ message }) => message);
  expect(told).toEqual(['2 runs ended since you were here: 1 failed, 1 succeeded.']);
  await vi.waitFor(() => expect(desk.remembered).toContainEqual({ going: [], ended: LATER.ended }));
  const card = node.querySelector<HTMLElement>(`#bc-run-${LATER.id}`) ?? expect.fail();
  card.scrollIntoView = vi.fn();
  await press(node, 'Heatwaves: year 2010');
  expect(document.activeElement).toBe(card);
  await press(node, 'I have seen it');
  await vi.waitFor(() => expect(node.textContent).not.toContain('since you were here'));
});

test('runs that fail one after the other are one notice, that goes by itself and leads to the run', async () => {
  const desk = new Desk();
  const notice = new FailureNotice(desk);
  notice.tell([{ ...FAILED, words: 'No such file.', next_step: '' }], 0);
  const [alone] = Notification.manager.notifications;
  expect(alone?.message).toBe('Blooms failed. No such file.');
  expect(alone?.options.autoClose).toBe(20_000);
  notice.tell([{ ...LATER, state: 'failed' }], 10_000);
  notice.tell([], 11_000);
  const told = (): readonly string[] => Notification.manager.notifications.map(({ message }) => message);
  expect(told()).toEqual(['2 runs failed: Blooms; Heatwaves: year 2010.']);
  const card = document.createElement('div');
  card.id = `bc-run-${LATER.id}`;
  card.tabIndex = -1;
  card.scrollIntoView = vi.fn();
  document.body.append(card);
  const action = Notification.manager.notifications[0]?.options.actions?.[0] ?? expect.fail('no button');
  expect(action.label).toBe('Show the runs');
  action.callback(new MouseEvent('click'));
  await vi.waitFor(() => expect(document.activeElement).toBe(card));
  expect(desk.done).toContainEqual(['show runs']);
  card.remove();
  notice.tell([{ ...BEFORE, state: 'failed', words: 'Too large.', next_step: '' }], 40_000);
  expect(told()).toEqual(['Heatwaves failed. Too large.']); // the earlier ones are in the list
});

test('what JupyterLab would cut is not begun: the list of runs has it', () => {
  const long = { ...FAILED, words: `${'x'.repeat(120)}.`, next_step: 'Give it more memory.' };
  expect(failuresInWords([{ ...long, words: 'x'.repeat(105) }], trans)).toBe(`Blooms failed. ${'x'.repeat(105)}`);
  expect(failuresInWords([{ ...long, words: 'y'.repeat(130) }], trans)).toBe(
    'Blooms failed. Why is with it in the list of runs.'
  );
  expect(failuresInWords(Array<Run>(30).fill(FAILED), trans)).toBe(
    '30 runs failed. Why is with each in the list of runs.'
  );
  expect(failuresInWords([{ ...long, title: 'z'.repeat(150) }], trans).length).toBeLessThan(140);
});

test('who was never here is told nothing, and is remembered', async () => {
  const desk = new Desk();
  desk.kept = [BEFORE];
  const node = await shown(desk);
  await vi.waitFor(() => expect(desk.remembered).toContainEqual({ going: [], ended: BEFORE.ended }));
  expect(node.textContent).not.toContain('since you were here');
  expect(Notification.manager.count).toBe(0);
});

test('it is kept in JupyterLab’s database by laboratory; without one nothing is known', async () => {
  const state = new StateDB();
  const desk = (slug: string, kept: StateDB | null): RunsDesk =>
    new RunsDesk({} as never, {} as never, new PanelApi(), trans, slug, kept);
  const seen = { going: ['r-0000'], ended: ENDED.ended };
  expect(await desk('lab', state).seen()).toBeNull();
  await desk('lab', state).saw(seen);
  expect(await desk('lab', state).seen()).toEqual(seen);
  expect(await desk('other', state).seen()).toBeNull();
  await state.save('@bluecloud/core:runs-seen:lab', { going: 'all' });
  expect(await desk('lab', state).seen()).toBeNull();
  await desk('lab', null).saw(seen);
  expect(await desk('lab', null).seen()).toBeNull();
});
