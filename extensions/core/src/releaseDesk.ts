import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IStateDB } from '@jupyterlab/statedb';

import type { PanelApi } from './api';
import { CommandIDs } from './commands';
import type { ReleaseNews } from './wire';

/** So long an answer is good, or that there was none, in milliseconds. */
const GOOD_MS = 600_000;

/** What there is to ask about the release that runs here and the one that is given now. */
export interface IReleaseDesk {
  /** What is given now, and what the managers say; whoever asks soon again is told the same. */
  news(): Promise<ReleaseNews>;

  /** Whether a release was not told of before in this laboratory; from now on it was. */
  isFirst(digest: string): Promise<boolean>;

  /** The paths of the documents of this window that have changes which are not saved. */
  unsaved(): readonly string[];

  /** Where laboratories are stopped and started; empty where there is no hub. */
  home(): string;

  /** Bring the person's server to the front, where the release is explained. */
  showServer(): Promise<void>;
}

/** The release of the person's server, as the views ask about it. */
export class ReleaseDesk implements IReleaseDesk {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _api: PanelApi,
    private readonly _documents: IDocumentManager | null,
    private readonly _slug: string,
    private readonly _state: IStateDB | null
  ) {}

  news(): Promise<ReleaseNews> {
    const now = Date.now();
    if (!this._news || now - this._asked >= GOOD_MS) {
      this._asked = now;
      this._news = this._api.release();
    }
    return this._news;
  }

  async isFirst(digest: string): Promise<boolean> {
    const key = `@bluecloud/core:release-told:${this._slug}`;
    // Without a database it is told again in each window, and not more often than that.
    const told = (await this._state?.fetch(key).catch(() => undefined)) ?? this._told;
    this._told = digest;
    await this._state?.save(key, digest).catch(() => undefined);
    return told !== digest;
  }

  unsaved(): readonly string[] {
    const contexts = [...this._app.shell.widgets('main')].map(widget =>
      this._documents?.contextForWidget(widget)
    );
    const dirty = contexts.flatMap(context => (context?.model.dirty ? [context.localPath] : []));
    return [...new Set(dirty)];
  }

  home(): string {
    const prefix = PageConfig.getOption('hubPrefix');
    return prefix && PageConfig.getOption('hubHost') + URLExt.join(prefix, 'home');
  }

  async showServer(): Promise<void> {
    await this._app.commands.execute(CommandIDs.showServer);
  }

  private _news: Promise<ReleaseNews> | null = null;
  private _asked = 0;
  private _told: unknown = undefined;
}
