import type { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { LaboratoryContent } from './content';
import { laboratoryIcon } from './icons';
import type { ILaboratory, ILaboratoryPanel, IWorkbench } from './tokens';

/** The tabs every laboratory has. */
export type Tab =
  | 'view'
  | 'analyses'
  | 'runs'
  | 'find'
  | 'data'
  | 'products'
  | 'access'
  | 'feedback'
  | 'server';

/**
 * The side panel. It asks and draws nothing before it is first seen and JupyterLab has come up, so
 * that a start pays for an icon only.
 */
export class LaboratoryPanel extends Panel implements ILaboratoryPanel {
  /**
   * @param _workbench - Gives the laboratory's workbench, or the reason there is none.
   * @param _settled - Until then it draws only what somebody asks for.
   */
  constructor(
    private readonly _workbench: () => Promise<IWorkbench>,
    private readonly _trans: TranslationBundle,
    private readonly _settled: Promise<void>
  ) {
    super();
    this.id = 'bc-laboratory';
    this.addClass('bc-Panel');
    this.title.icon = laboratoryIcon;
    this.title.caption = _trans.__('Laboratory');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', _trans.__('Laboratory'));
  }

  add(laboratory: ILaboratory): void {
    this._offered.set(laboratory.slug, laboratory);
    this._content?.offer(laboratory);
  }

  /** Bring a tab to the front, once there is one. */
  async showTab(tab: Tab): Promise<void> {
    (await this._fill()).showTab(tab);
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) {
      void this._fillOnceSettled();
    }
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this._fillOnceSettled();
  }

  private async _fillOnceSettled(): Promise<void> {
    await this._settled;
    if (this.isVisible) {
      await this._fill();
    }
  }

  private _fill(): Promise<LaboratoryContent> {
    this._filled ??= this._makeContent();
    return this._filled;
  }

  private async _makeContent(): Promise<LaboratoryContent> {
    const { LaboratoryContent } = await import('./content');
    const content = new LaboratoryContent(this._workbench, this._offered, this._trans);
    if (this.isDisposed) {
      content.dispose();
    } else {
      this.addWidget(content);
      this._content = content;
    }
    return content;
  }

  private readonly _offered = new Map<string, ILaboratory>();
  private _content: LaboratoryContent | null = null;
  private _filled: Promise<LaboratoryContent> | null = null;
}
