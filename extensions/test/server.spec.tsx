import { Widget } from '@lumino/widgets';
import { Notification } from '@jupyterlab/apputils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { AddOwn } from '../core/src/addOwn';
import { kernelInWords } from '../core/src/kernelWords';
import { ServerView, secondsLeft } from '../core/src/serverView';
import { PanelError } from '@bluecloud/core';
import { ReactWidget } from '@jupyterlab/ui-components';

import { Desk, trans } from './desk';

let desk: Desk;
let view: Widget | undefined;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => {
  view?.dispose();
  Notification.dismiss();
});

function shown(made: Widget): HTMLElement {
  view = made;
  Widget.attach(made, document.body);
  return made.node;
}

async function press(node: HTMLElement, label: string): Promise<void> {
  const button = await vi.waitFor(() => {
    const found = [...node.querySelectorAll('button')].find(one => one.textContent === label);
    expect(found, label).toBeDefined();
    return found!;
  });
  button.click();
}

test('what is used is told against its limit, and whose the limit is', async () => {
  const node = shown(new ServerView(desk));
  await vi.waitFor(() => expect(node.textContent).toContain('1.0 GiB / 2.0 GiB'));
  expect(node.textContent).toContain('0.5 / 2');
  expect(node.textContent).toContain('4.0 GiB / 8.0 GiB shared with others');
  expect(node.textContent).toContain('It is not stopped for being idle.');
  for (const meter of node.querySelectorAll('meter')) {
    expect(meter.labels).toHaveLength(1);
  }
});

test('who is about to be stopped is told, and can keep the server', async () => {
  desk.state = {
    ...desk.state,
    idle_s: 3600,
    stops_at: new Date(Date.now() + 300_000).toISOString()
  };
  const node = shown(new ServerView(desk));
  await vi.waitFor(() => expect(node.textContent).toMatch(/it is stopped in [45] minutes/));
  await vi.waitFor(() => expect(Notification.manager.notifications).toHaveLength(1));
  await press(node, 'Keep it');
  await vi.waitFor(() => expect(desk.done).toContainEqual(['keep']));
});

test('who was let in without room in the home is told what to do', async () => {
  desk.state = { ...desk.state, is_rescued: true };
  const node = shown(new ServerView(desk));
  await vi.waitFor(() =>
    expect(node.querySelector('[role=alert]')?.textContent).toContain('Delete files, which is for good')
  );
});

test('who holds more than the quota of the home is told', async () => {
  desk.state = { ...desk.state, home: { used: 23e9, limit: 20e9, is_shared: false } };
  const node = shown(new ServerView(desk));
  await vi.waitFor(() => expect(node.textContent).toContain('Your home holds more than it should'));
  desk.state = { ...desk.state, home: { used: 19e9, limit: 20e9, is_shared: false } };
  const well = shown(new ServerView(desk));
  await vi.waitFor(() => expect(well.textContent).toContain('Home'));
  expect(well.textContent).not.toContain('more than it should');
});

test('what runs is listed, and shut down', async () => {
  const ended: string[] = [];
  const end = (): Promise<void> => {
    ended.push('k1');
    return Promise.resolve();
  };
  desk.atWork = [{ id: 'k1', name: 'drift.ipynb', state: 'busy', end }];
  const node = shown(new ServerView(desk));
  await vi.waitFor(() => expect(node.textContent).toContain('drift.ipynb busy'));
  await press(node, 'Shut down');
  expect(ended).toEqual(['k1']);
});

test('who was logged out elsewhere is told so, with a way to log in again', async () => {
  desk.server = () => Promise.reject(new PanelError('LoggedOut', 'You have been logged out.'));
  const node = shown(new ServerView(desk));
  await vi.waitFor(() => expect(node.textContent).toContain('You have been logged out.'));
  const link = node.querySelector<HTMLAnchorElement>('[role=alert] a') ?? expect.fail('no link');
  expect(link.textContent).toBe('Log in again');
  expect(new URL(link.href).pathname).toBe('/lab');
  expect(link.target).toBe('_blank');
});

test.each([
  ['starting', 0, 'open in no window'], // what the server goes on saying of an idle kernel
  ['starting', 1, 'starting'],
  ['busy', 1, 'busy'],
  ['idle', 0, 'idle'],
  [undefined, 0, '']
])('a kernel that is %s with %s windows is told as: %s', (state, connections, words) => {
  const model = state === undefined ? { connections } : { execution_state: state, connections };
  expect(kernelInWords(model as Parameters<typeof kernelInWords>[0], trans)).toBe(words);
});

test('the time left is never below nothing', () => {
  const at = { ...desk.state, stops_at: '2026-01-01T00:00:00Z' };
  expect(secondsLeft(at, Date.parse('2026-01-01T00:01:00Z'))).toBe(0);
  expect(secondsLeft(at, Date.parse('2025-12-31T23:59:00Z'))).toBe(60);
  expect(secondsLeft(desk.state, 0)).toBeNull();
});

test('a file that is not as it should be is refused in words', async () => {
  const node = shown(ReactWidget.create(<AddOwn workbench={desk} />));
  await press(node, 'Browse…');
  const path = node.querySelector<HTMLInputElement>('input[type=text]')!;
  await vi.waitFor(() => expect(path.value).toBe('data/chosen.csv'));
  await press(node, 'Check and add');
  await vi.waitFor(() => expect(node.textContent).toContain('no unit in column depth'));
  expect(desk.done.at(-1)).toEqual([
    'own',
    {
      path: 'data/chosen.csv',
      title: null,
      citation: null,
      visibility: 'private',
      licence: 'all rights reserved'
    }
  ]);
});
