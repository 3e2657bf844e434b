/**
 * Plots without the internet.
 *
 * HoloViews, hvPlot and Panel write into a notebook where their scripts and styles are to be
 * had: cdn.bokeh.org and cdn.holoviz.org. The laboratory's server serves the same files, so
 * that here, and only while an output is drawn, the addresses are replaced. The notebook keeps
 * the CDN's: it shows its plots wherever else it is opened. Another version than the
 * laboratory's is left alone, since its plots would not draw with ours.
 */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMime, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';

import type { Plots } from './wire';

/** Outputs that carry addresses of scripts or styles. */
const MIME_TYPES = [
  'application/vnd.holoviews_load.v0+json',
  'application/vnd.holoviews_exec.v0+json',
  'application/javascript'
];

/** A text with the CDNs' addresses replaced by this server's. */
export type Localise = (text: string) => string;

/** The replacement of the addresses of the versions served below `base`. */
export function localiser(plots: Plots, base: string): Localise {
  const steps: Localise[] = [];
  if (plots.bokeh) {
    const version = literal(plots.bokeh);
    const script = new RegExp(
      `https://cdn\\.bokeh\\.org/bokeh/(?:release|dev)/(bokeh(?:-[a-z]+)?)-${version}(\\.min)?\\.js`,
      'g'
    );
    const place = URLExt.join(base, 'bokeh', plots.bokeh, 'js');
    steps.push(text => text.replace(script, (_all, name, min = '') => `${place}/${name}${min}.js`));
  }
  if (plots.panel) {
    const folder = `https://cdn.holoviz.org/panel/${plots.panel}/dist/`;
    const place = `${URLExt.join(base, 'panel', plots.panel)}/`;
    steps.push(text => text.replaceAll(folder, place));
  }
  return text =>
    text.includes('https://cdn.') ? steps.reduce((done, step) => step(done), text) : text;
}

/** Let the renderers of a notebook see replaced addresses, whoever registered them. */
export function localiseOutputs(rendermime: IRenderMimeRegistry, localise: Localise): void {
  for (const mimeType of MIME_TYPES) {
    const factory = rendermime.getFactory(mimeType);
    if (factory && !(factory instanceof LocalisingFactory)) {
      const rank = rendermime.getRank(mimeType);
      rendermime.addFactory(new LocalisingFactory(factory, mimeType, localise), rank);
    }
  }
}

/** Makes the renderers another factory makes, and shows them localised outputs. */
class LocalisingFactory implements IRenderMime.IRendererFactory {
  readonly safe: boolean;
  readonly mimeTypes: readonly string[];

  constructor(
    private readonly _inner: IRenderMime.IRendererFactory,
    mimeType: string,
    private readonly _localise: Localise
  ) {
    this.safe = _inner.safe;
    this.mimeTypes = [mimeType];
  }

  createRenderer(options: IRenderMime.IRendererOptions): IRenderMime.IRenderer {
    const renderer = this._inner.createRenderer(options);
    const renderModel = renderer.renderModel.bind(renderer);
    renderer.renderModel = model => renderModel(new LocalisedModel(model, this._localise));
    return renderer;
  }
}

/** An output as its renderer sees it; the notebook's own is not touched. */
class LocalisedModel implements IRenderMime.IMimeModel {
  constructor(
    private readonly _model: IRenderMime.IMimeModel,
    private readonly _localise: Localise
  ) {}

  get trusted(): boolean {
    return this._model.trusted;
  }

  get metadata(): ReadonlyPartialJSONObject {
    return this._model.metadata;
  }

  get data(): ReadonlyPartialJSONObject {
    const entries = Object.entries(this._model.data).map(([mimeType, content]) => [
      mimeType,
      typeof content === 'string' ? this._localise(content) : content
    ]);
    return Object.fromEntries(entries) as ReadonlyPartialJSONObject;
  }

  setData(options: IRenderMime.IMimeModel.ISetDataOptions): void {
    this._model.setData(options);
  }
}

/** Takes hold of each notebook's renderers when the notebook is opened. */
export class PlotsExtension
  implements DocumentRegistry.IWidgetExtension<NotebookPanel, INotebookModel>
{
  constructor(private readonly _localise: Localise) {}

  createNew(panel: NotebookPanel): IDisposable {
    const { rendermime } = panel.content;
    localiseOutputs(rendermime, this._localise);
    // HoloViz registers its renderers in an extension like this one, before or after it; all
    // run in one go, and outputs are drawn later.
    queueMicrotask(() => localiseOutputs(rendermime, this._localise));
    return new DisposableDelegate(() => undefined); // the renderers go with the notebook
  }
}

/** The scripts that the page says its server serves; none without the server half. */
export function served(): Plots {
  const text = PageConfig.getOption('bluecloudPlots');
  return text ? (JSON.parse(text) as Plots) : { bokeh: null, panel: null };
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

export const plotsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@bluecloud/core:plots',
  description: 'Shows plots with scripts from the laboratory instead of the internet.',
  autoStart: true,
  activate: app => {
    // Absolute, because Panel compares addresses with those the document has loaded.
    const base = new URL(URLExt.join(PageConfig.getBaseUrl(), 'bluecloud/plots'), location.href);
    const extension = new PlotsExtension(localiser(served(), base.href));
    app.docRegistry.addWidgetExtension('Notebook', extension);
  }
};
