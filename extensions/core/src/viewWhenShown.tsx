import type { JSX } from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';

/** A view of the panel that is drawn when it is shown and not before, and each time anew. */
export abstract class ViewWhenShown extends ReactWidget {
  /** @param label - The name of its tab. */
  constructor(label: string) {
    super();
    this.addClass('bc-View');
    this.title.label = label;
  }

  /**
   * Draw it.
   *
   * @param shown - How often it was shown, this time included.
   */
  protected abstract draw(shown: number): JSX.Element;

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._wasShown();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._wasShown();
  }

  protected render(): JSX.Element {
    return this._shown > 0 ? this.draw(this._shown) : <></>;
  }

  private _wasShown(): void {
    if (this.isVisible) {
      this._shown += 1;
      this.update();
    }
  }

  private _shown = 0;
}
