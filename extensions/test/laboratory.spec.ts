import { nullTranslator } from '@jupyterlab/translation';
import { PluginRegistry } from '@lumino/coreutils';
import { expect, test } from 'vitest';
import { ILaboratoryPanel, defineLaboratory } from '@bluecloud/core';
import type { ILaboratory } from '@bluecloud/core';
import aquaculture from '@bluecloud/aquaculture';
import biodiversity from '@bluecloud/biodiversity';
import environment from '@bluecloud/environment';
import fisheries from '@bluecloud/fisheries';
import genomics from '@bluecloud/genomics';

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

test.each(Object.entries({ aquaculture, biodiversity, environment, fisheries, genomics }))(
  'the laboratory %s offers its view under its own name',
  async (slug, plugin) => {
    const offered = await offeredBy(plugin);
    expect(offered.map(laboratory => laboratory.slug)).toEqual([slug]);
    expect(offered[0]!.label(nullTranslator.load('bluecloud'))).not.toBe('');
  }
);
