import { createRef } from 'react';
import type { JSX, KeyboardEvent } from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { DOMUtils } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';

import type { Tab } from './panel';

/** The order of the tabs; the laboratory's own view is the first. */
const ORDER: readonly Tab[] = [
  'view',
  'analyses',
  'runs',
  'find',
  'data',
  'products',
  'access',
  'feedback',
  'server'
];

/**
 * Tabs as WAI-ARIA describes them: one stop for Tab, arrows between them.
 *
 * They are one row, which scrolls where the panel is narrow; the chosen one is always seen.
 */
export class TabBar extends ReactWidget {
  constructor(private readonly _trans: TranslationBundle) {
    super();
    this.addClass('bc-TabBar');
  }

  has(tab: Tab): boolean {
    return this._views.has(tab);
  }

  /** Take in a view, which the caller has put beside the bar and which it disposes of. */
  add(tab: Tab, view: Widget): void {
    view.id = view.id || DOMUtils.createDomID();
    view.node.setAttribute('role', 'tabpanel');
    view.node.setAttribute('aria-labelledby', this._tabId(tab));
    view.node.tabIndex = 0;
    this._views.set(tab, view);
    this.bring(this._chosen ?? ORDER.find(name => this.has(name)) ?? tab, false);
  }

  /** Bring a view to the front; `chosen` is false where nobody asked for it. */
  bring(tab: Tab, chosen = true): void {
    this._chosen = chosen ? tab : this._chosen;
    this._shown = this.has(tab) ? tab : this._shown;
    for (const [name, view] of this._views) {
      view.setHidden(name !== this._shown);
    }
    this.update();
    document.getElementById(this._tabId(tab))?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  protected render(): JSX.Element {
    const tabs = ORDER.filter(tab => this.has(tab));
    return (
      <div
        className="bc-TabBar-list"
        role="tablist"
        aria-label={this._trans.__('Laboratory')}
        onKeyDown={event => this._onKeyDown(event, tabs)}
        ref={this._list}
      >
        {tabs.map(tab => (
          <button
            key={tab}
            id={this._tabId(tab)}
            className="bc-TabBar-tab"
            type="button"
            role="tab"
            aria-selected={tab === this._shown}
            aria-controls={this._views.get(tab)?.id}
            tabIndex={tab === this._shown ? 0 : -1}
            onClick={() => this.bring(tab)}
          >
            {this._views.get(tab)?.title.label}
          </button>
        ))}
      </div>
    );
  }

  private _onKeyDown(event: KeyboardEvent, tabs: readonly Tab[]): void {
    const last = tabs.length - 1;
    const now = tabs.findIndex(tab => tab === this._shown);
    const targets: Record<string, number> = {
      ArrowLeft: now === 0 ? last : now - 1,
      ArrowRight: now === last ? 0 : now + 1,
      Home: 0,
      End: last
    };
    const target = targets[event.key];
    const tab = target === undefined ? undefined : tabs[target];
    if (tab === undefined || target === undefined) {
      return;
    }
    event.preventDefault();
    this.bring(tab);
    const button = this._list.current?.children[target];
    if (button instanceof HTMLElement) {
      button.focus();
    }
  }

  private _tabId(tab: Tab): string {
    return `bc-tab-${tab}`;
  }

  private readonly _list = createRef<HTMLDivElement>();
  private readonly _views = new Map<Tab, Widget>();
  private _chosen: Tab | null = null;
  private _shown: Tab | null = null;
}
