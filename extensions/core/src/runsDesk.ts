import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { PanelApi } from './api';
import { PanelError } from './api';
import { served } from './plots';
import type { Analysis, Earlier, Figures, Numbers, RunDetail } from './wire';

/** What was last seen of the runs. */
export interface ISeen {
  /** Those that went on. */
  readonly going: readonly string[];
  /** When the last of them ended, ISO 8601; null if none had. */
  readonly ended: string | null;
}

/** BokehJS and what Panel adds to it, as text. */
export interface IPlotScripts {
  readonly bokeh: string;
  readonly texts: readonly string[];
}

/** What there is to ask and to do about runs, beyond their list. */
export interface IRunsDesk {
  /** Where the picture of an analysis is; null if it has none. */
  pictureAddress(analysis: Analysis): string | null;

  /** What the person's earlier runs of an analysis took. */
  earlier(analysis: string): Promise<Earlier>;

  /** A run with its parameters and what it left. */
  detail(run: string): Promise<RunDetail>;

  /** The pictures that a run made. */
  figures(run: string): Promise<Figures>;

  /** What a run printed, and its small tables. */
  numbers(run: string): Promise<Numbers>;

  /** The scripts that draw figures of this server's version of BokehJS; null if it has none. */
  scripts(): Promise<IPlotScripts | null>;

  /** What was last seen of the runs; null if nothing is known of it. */
  seen(): Promise<ISeen | null>;

  /** Keep what was seen of the runs, for when the window is opened again. */
  saw(seen: ISeen): Promise<void>;

  /** Bring the capsule of a run into the home, and give its path there. */
  bringCapsule(run: string): Promise<string>;

  /** Where the capsule of a run is to be had as an archive. */
  capsuleAddress(run: string): string;

  /** Ask for the end of all runs of a sweep. */
  cancelSweep(submission: string): Promise<void>;

  /** Submit those runs of a sweep once more that failed. */
  repeatFailed(submission: string): Promise<void>;

  /** Save the notebook in front and submit it as a run with its own parameters; say so in words. */
  finish(): Promise<string>;
}

/** The runs of the person, as the views ask about them. */
export class RunsDesk implements IRunsDesk {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _tracker: INotebookTracker,
    private readonly _api: PanelApi,
    private readonly _trans: TranslationBundle,
    private readonly _slug: string,
    private readonly _state: IStateDB | null
  ) {}

  pictureAddress(analysis: Analysis): string | null {
    return this._api.pictureAddress(analysis);
  }

  earlier(analysis: string): Promise<Earlier> {
    return this._api.earlier(analysis);
  }

  detail(run: string): Promise<RunDetail> {
    return this._api.run(run);
  }

  figures(run: string): Promise<Figures> {
    return this._api.figures(run);
  }

  numbers(run: string): Promise<Numbers> {
    return this._api.numbers(run);
  }

  scripts(): Promise<IPlotScripts | null> {
    this._scripts ??= this._readScripts().catch((error: unknown) => {
      this._scripts = null;
      throw error;
    });
    return this._scripts;
  }

  private async _readScripts(): Promise<IPlotScripts | null> {
    const { bokeh, panel } = served();
    if (!bokeh || !panel) {
      return null;
    }
    const own = ['bokeh', 'bokeh-widgets', 'bokeh-tables'].map(
      name => `bokeh/${bokeh}/js/${name}.min.js`
    );
    const paths = [...own, `panel/${panel}/panel.min.js`];
    return { bokeh, texts: await Promise.all(paths.map(path => this._api.plotScript(path))) };
  }

  async seen(): Promise<ISeen | null> {
    // Without a database, or with another's text in it, nothing is known.
    const kept = await this._state?.fetch(this._key).catch(() => undefined);
    return isSeen(kept) ? kept : null;
  }

  async saw({ going, ended }: ISeen): Promise<void> {
    await this._state?.save(this._key, { going: [...going], ended }).catch(() => undefined);
  }

  private get _key(): string {
    return `@bluecloud/core:runs-seen:${this._slug}`;
  }

  async bringCapsule(run: string): Promise<string> {
    const { path } = await this._api.bringCapsule(run);
    // Where there is a file browser, it shows what has come.
    await this._app.commands.execute('filebrowser:go-to-path', { path }).catch(() => undefined);
    return path;
  }

  capsuleAddress(run: string): string {
    return this._api.capsuleAddress(run);
  }

  async cancelSweep(submission: string): Promise<void> {
    await this._api.cancelSweep(submission);
  }

  async repeatFailed(submission: string): Promise<void> {
    await this._api.repeatFailed(submission);
  }

  async finish(): Promise<string> {
    const panel = this._tracker.currentWidget;
    // One behind another tab is not the one that somebody means.
    if (!panel?.isVisible) {
      const words = this._trans.__('Open the notebook that is to be finished as a run first.');
      throw new PanelError('NoNotebook', words);
    }
    await panel.context.save();
    const { runs } = await this._api.finish(panel.context.path);
    const title = runs[0]?.title ?? panel.title.label;
    return this._trans.__('%1 is submitted. It goes on without this window: see Runs.', title);
  }

  private _scripts: Promise<IPlotScripts | null> | null = null;
}

function isSeen(kept: unknown): kept is ISeen {
  if (typeof kept !== 'object' || kept === null) {
    return false;
  }
  const { going, ended } = kept as Partial<Record<keyof ISeen, unknown>>;
  return (
    Array.isArray(going) &&
    going.every(run => typeof run === 'string') &&
    (ended === null || typeof ended === 'string')
  );
}
