import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { PanelApi } from './api';
import { PanelError } from './api';
import type { Analysis, Earlier, Figures, RunDetail } from './wire';

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
    private readonly _trans: TranslationBundle
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
}
