import { Notification } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { StateDB } from '@jupyterlab/statedb';
import { Widget } from '@lumino/widgets';
import { afterEach, expect, test, vi } from 'vitest';
import type { ReleaseNews } from '@bluecloud/core';

import { PanelApi } from '../core/src/api';
import { ReleaseDesk } from '../core/src/releaseDesk';
import { ServerView } from '../core/src/serverView';

import { Desk } from './desk';
import { press, sees, shown } from './window';

const NEWER: ReleaseNews = {
  compared: 'newer',
  digest: 'sha256:b',
  version: '0.2.0',
  message: 'A mended <b>coast</b>.',
  notice: ''
};

afterEach(() => {
  Notification.dismiss();
  vi.restoreAllMocks();
});

function told(): readonly string[] {
  return Notification.manager.notifications.map(({ message }) => message);
}

test('a newer release is told once, and shown in whichever tab and beside the meters', async () => {
  const desk = new Desk();
  desk.release = NEWER;
  desk.unsaved = ['heat.ipynb', 'notes/sea.md'];
  const node = await shown(desk);
  await press(node, 'A newer release is there: 0.2.0');
  expect(desk.done).toContainEqual(['show server']);
  const words = 'A newer release is there: 0.2.0. Yours stays as it is until you stop and start it.';
  await vi.waitFor(() => expect(told()).toEqual([words]));
  expect(words.length).toBeLessThan(140); // of which JupyterLab shows so many
  await sees(node, 'A mended <b>coast</b>.');
  await sees(node, 'Save before you stop it: heat.ipynb, notes/sea.md.');
  const link = node.querySelector<HTMLAnchorElement>('a[href="/hub/home"]') ?? expect.fail('no link');
  expect(link.target).toBe('_blank');
  const meter = node.querySelector('meter') ?? expect.fail('no meter');
  expect(link.compareDocumentPosition(meter) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  Notification.dismiss();
  const again = await shown(desk); // as after a reload
  await sees(again, 'A newer release is there: 0.2.0');
  expect(told()).toEqual([]);
});

test('an earlier one is not called newer, and what is the same is not told at all', async () => {
  const desk = new Desk();
  desk.release = { ...NEWER, compared: 'earlier', version: '0.1.0' };
  const view = new ServerView(desk);
  Widget.attach(view, document.body);
  await sees(view.node, 'This laboratory went back to an earlier release: 0.1.0');
  expect(view.node.textContent).not.toMatch(/newer|mended|Save before/);
  view.dispose();
  desk.release = { ...desk.release, compared: 'same', notice: 'Closed <at> noon.' };
  const node = await shown(desk);
  await vi.waitFor(() => expect(node.querySelector('.bc-Notice')?.textContent).toBe('Closed <at> noon.'));
  expect(node.textContent).not.toContain('release');
  expect(told()).toEqual([]);
});

test('without a service nothing is asked', async () => {
  const desk = new Desk();
  desk.laboratory.keeps_runs = false;
  const asked = vi.spyOn(desk.releaseDesk, 'news');
  const node = await shown(desk);
  await sees(node, 'Memory');
  expect(asked).not.toHaveBeenCalled();
});

test('the service is asked at most every ten minutes, by however many', async () => {
  const asked: string[] = [];
  const api = new PanelApi();
  api.release = () => {
    asked.push('release');
    return asked.length === 2 ? Promise.reject(new Error('away')) : Promise.resolve(NEWER);
  };
  const now = vi.spyOn(Date, 'now').mockReturnValue(1_000_000);
  const desk = new ReleaseDesk({} as never, api, null, 'lab', null);
  expect(await Promise.all([desk.news(), desk.news()])).toEqual([NEWER, NEWER]);
  now.mockReturnValue(1_599_999);
  await desk.news();
  expect(asked).toHaveLength(1);
  now.mockReturnValue(1_600_000);
  await expect(desk.news()).rejects.toThrow('away');
  await expect(desk.news()).rejects.toThrow('away');
  expect(asked).toHaveLength(2);
  now.mockReturnValue(2_200_000);
  expect(await desk.news()).toBe(NEWER);
});

test('what was told is kept in JupyterLab’s database; documents and the hub are the window’s', async () => {
  const state = new StateDB();
  const [dirty, saved, other] = [new Widget(), new Widget(), new Widget()];
  const contexts = new Map([
    [dirty, { localPath: 'heat.ipynb', model: { dirty: true } }],
    [saved, { localPath: 'sea.md', model: { dirty: false } }]
  ]);
  const app = { shell: { widgets: () => [dirty, saved, dirty, other].values() } };
  const documents = { contextForWidget: (widget: Widget) => contexts.get(widget) };
  const made = (kept: StateDB | null): ReleaseDesk =>
    new ReleaseDesk(app as never, new PanelApi(), documents as never, 'lab', kept);
  expect(await made(state).isFirst('sha256:b')).toBe(true);
  expect(await made(state).isFirst('sha256:b')).toBe(false);
  expect(await made(state).isFirst('sha256:a')).toBe(true);
  const without = made(null);
  expect([await without.isFirst('sha256:b'), await without.isFirst('sha256:b')]).toEqual([true, false]);
  expect(without.unsaved()).toEqual(['heat.ipynb']);
  expect(without.home()).toBe('');
  PageConfig.setOption('hubPrefix', '/vre/hub/');
  PageConfig.setOption('hubHost', 'https://vre.example.org');
  expect(without.home()).toBe('https://vre.example.org/vre/hub/home');
  PageConfig.setOption('hubPrefix', '');
  PageConfig.setOption('hubHost', '');
});
