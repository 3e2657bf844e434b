import { RenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import { expect, test } from 'vitest';

import { localiseOutputs, localiser } from '../core/src/plots';

const LOAD = 'application/vnd.holoviews_load.v0+json';
const localise = localiser({ bokeh: '3.9.2', panel: '1.9.4' }, 'http://lab.test/plots');

test.each([
  [
    'https://cdn.bokeh.org/bokeh/release/bokeh-3.9.2.min.js',
    'http://lab.test/plots/bokeh/3.9.2/js/bokeh.min.js'
  ],
  [
    'https://cdn.bokeh.org/bokeh/release/bokeh-widgets-3.9.2.js',
    'http://lab.test/plots/bokeh/3.9.2/js/bokeh-widgets.js'
  ],
  [
    'https://cdn.holoviz.org/panel/1.9.4/dist/css/loading.css?v=1',
    'http://lab.test/plots/panel/1.9.4/css/loading.css?v=1'
  ]
])('%s is had from here', (there, here) => {
  expect(localise(`load("${there}")`)).toBe(`load("${here}")`);
});

test.each([
  'https://cdn.bokeh.org/bokeh/release/bokeh-3.1.0.min.js',
  'https://cdn.bokeh.org/bokeh/release/bokeh-3.9.20.min.js',
  'https://cdn.holoviz.org/panel/1.9.40/dist/panel.min.js',
  'https://cdn.example.org/bokeh-3.9.2.min.js'
])('%s is another version or another place, and stays', address => {
  expect(localise(address)).toBe(address);
});

test('without the server half nothing is replaced', () => {
  const address = 'https://cdn.bokeh.org/bokeh/release/bokeh-3.9.2.min.js';
  expect(localiser({ bokeh: null, panel: null }, 'http://lab.test')(address)).toBe(address);
});

class Recorder extends Widget implements IRenderMime.IRenderer {
  static seen: unknown[] = [];

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    Recorder.seen.push(model.data[LOAD]);
    return Promise.resolve();
  }
}

test('the renderer sees localised outputs once, and the notebook keeps its own', async () => {
  const rendermime = new RenderMimeRegistry();
  const factory = { safe: false, mimeTypes: [LOAD], createRenderer: () => new Recorder() };
  rendermime.addFactory(factory, -1);
  localiseOutputs(rendermime, localise);
  localiseOutputs(rendermime, localise);
  const address = 'https://cdn.holoviz.org/panel/1.9.4/dist/panel.min.js';
  const model = rendermime.createModel({ data: { [LOAD]: address }, trusted: true });

  await rendermime.createRenderer(LOAD).renderModel(model);

  expect(Recorder.seen).toEqual(['http://lab.test/plots/panel/1.9.4/panel.min.js']);
  expect(model.data[LOAD]).toBe(address);
  expect(rendermime.getRank(LOAD)).toBe(-1);
});
