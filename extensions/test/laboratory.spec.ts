import { PluginRegistry } from '@lumino/coreutils';
import { expect, test } from 'vitest';
import { ILaboratoryPanel, defineLaboratory } from '@bluecloud/core';
import type { ILaboratory } from '@bluecloud/core';
import environment from '@bluecloud/environment';

async function offeredBy(plugin: ReturnType<typeof defineLaboratory>): Promise<ILaboratory[]> {
  const offered: ILaboratory[] = [];
  const plugins = new PluginRegistry();
  plugins.registerPlugin({
    id: 'panel',
    provides: ILaboratoryPanel,
    activate: () => ({ add: (laboratory: ILaboratory) => offered.push(laboratory) })
  });
  plugins.registerPlugin(plugin as never);
  await plugins.activatePlugin(plugin.id);
  return offered;
}

test('a laboratory is a plugin named after its slug that offers itself to the panel', async () => {
  const plugin = defineLaboratory({
    slug: 'genomics',
    label: () => 'Stations',
    createView: () => Promise.reject(new Error('not asked for'))
  });
  expect(plugin.id).toBe('@bluecloud/genomics:plugin');
  expect((await offeredBy(plugin)).map(({ slug }) => slug)).toEqual(['genomics']);
});

test('the environment laboratory offers its indicators', async () => {
  const [laboratory] = await offeredBy(environment);
  expect(laboratory?.slug).toBe('environment');
});
