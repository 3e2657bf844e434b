import type { JSX } from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel } from '@lumino/widgets';
import type { Widget } from '@lumino/widgets';

import { AccessView } from './accessView';
import { AnalysesView } from './analysesView';
import { Problems } from './answer';
import { explained } from './api';
import { DataView } from './dataView';
import { FeedbackView } from './feedbackView';
import { FindView } from './findView';
import { ReleaseSign } from './newRelease';
import type { Tab } from './panel';
import { ProductsView } from './productsView';
import { RunsView } from './runsView';
import { ServerView } from './serverView';
import { TabBar } from './tabBar';
import type { ILaboratory, IWorkbench } from './tokens';

/** What the panel shows: what this laboratory is, and a tab for each of its views. */
export class LaboratoryContent extends Panel {
  constructor(
    private readonly _ask: () => Promise<IWorkbench>,
    private readonly _offered: ReadonlyMap<string, ILaboratory>,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('bc-Content');
    this.ready = this._refresh();
  }

  /** Settles when the laboratory is known, or that it is not. */
  ready: Promise<void>;

  /** Show the view of a laboratory that came late, if it is this one's. */
  offer(laboratory: ILaboratory): void {
    if (laboratory.slug === this._workbench?.laboratory.slug) {
      void this.ready.then(() => this._addOwnView(laboratory));
    }
  }

  showTab(tab: Tab): void {
    void this.ready.then(() => this._tabs?.bring(tab));
  }

  private async _refresh(): Promise<void> {
    this._clear();
    this.addWidget(new Notice(this._trans.__('Loading…')));
    try {
      this._workbench = await this._ask();
    } catch (error) {
      this._clear();
      const again = (): void => {
        this.ready = this._refresh();
      };
      this.addWidget(new Failed(explained(error), this._trans, again));
      return;
    }
    if (this.isDisposed) {
      return;
    }
    const workbench = this._workbench;
    this._clear();
    this.addWidget(new Head(workbench));
    this._tabs = new TabBar(this._trans);
    this.addWidget(this._tabs);
    const laboratory = this._offered.get(workbench.laboratory.slug);
    if (laboratory) {
      await this._addOwnView(laboratory);
    }
    this._addView('analyses', new AnalysesView(workbench));
    if (workbench.laboratory.keeps_runs) {
      this._addView('runs', new RunsView(workbench));
    }
    this._addView('find', new FindView(workbench));
    this._addView('data', new DataView(workbench));
    if (workbench.laboratory.keeps_runs) {
      this._addView('products', new ProductsView(workbench));
      this._addView('access', new AccessView(workbench));
      this._addView('feedback', new FeedbackView(workbench));
    }
    this._addView('server', new ServerView(workbench));
  }

  private async _addOwnView(laboratory: ILaboratory): Promise<void> {
    if (!this._workbench || this._tabs?.has('view')) {
      return;
    }
    let view: Widget;
    try {
      view = await laboratory.createView(this._workbench);
    } catch (error) {
      // A view that cannot be made does not take the panel with it.
      view = new Failed(explained(error), this._trans);
    }
    view.title.label = laboratory.label(this._trans);
    this._addView('view', view);
  }

  private _addView(tab: Tab, view: Widget): void {
    view.hide(); // until its tab is in front
    this.addWidget(view);
    this._tabs?.add(tab, view);
  }

  private _clear(): void {
    this._tabs = null;
    for (const widget of [...this.widgets]) {
      widget.dispose();
    }
  }

  private _workbench: IWorkbench | null = null;
  private _tabs: TabBar | null = null;
}

/** Title, summary and version, and what does not work now. */
class Head extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-Head');
  }

  protected render(): JSX.Element {
    const { laboratory, trans } = this._workbench;
    return (
      <>
        <h2 className="bc-Head-title">{laboratory.title}</h2>
        {/* Two lines of it, and all of it for whoever points at it or goes there. */}
        <p className="bc-Head-summary" tabIndex={0}>
          {laboratory.summary}
        </p>
        <p className="bc-Note">{trans.__('Version %1', laboratory.version)}</p>
        <ReleaseSign workbench={this._workbench} />
        <Problems problems={laboratory.problems} />
      </>
    );
  }
}

class Notice extends ReactWidget {
  constructor(private readonly _text: string) {
    super();
    this.addClass('bc-Head');
  }

  protected render(): JSX.Element {
    return (
      <p className="bc-Note" role="status">
        {this._text}
      </p>
    );
  }
}

class Failed extends ReactWidget {
  constructor(
    private readonly _reason: string,
    private readonly _trans: TranslationBundle,
    private readonly _again?: () => void
  ) {
    super();
    this.addClass('bc-Head');
  }

  protected render(): JSX.Element {
    return (
      <div className="bc-Problem" role="alert">
        <p>{this._reason}</p>
        {this._again && (
          <button className="bc-Button" type="button" onClick={this._again}>
            {this._trans.__('Try again')}
          </button>
        )}
      </div>
    );
  }
}
