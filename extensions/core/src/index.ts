import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { PanelApi } from './api';
import { CommandIDs, addCommands, addToPalette } from './commands';
import { LaboratoryPanel } from './panel';
import { plotsPlugin } from './plots';
import { settled } from './settled';
import type { IWorkbench } from './tokens';
import { ILaboratoryPanel } from './tokens';
import { Workbench } from './workbench';

export * from './answer';
export { PanelError } from './api';
export { Box } from './box';
export * from './colours';
export * from './computed';
export * from './controls';
export { defineLaboratory } from './defineLaboratory';
export * from './drawing';
export { monthNames } from './months';
export { OpenAsNotebook } from './openAsNotebook';
export type { IFeedbackDesk } from './feedbackDesk';
export type { IProductsDesk } from './productsDesk';
export { ParameterForm, Questions, questionsView } from './lazyForm';
export type { IReleaseDesk } from './releaseDesk';
export type { IPlotScripts, IRunsDesk, ISeen } from './runsDesk';
export { StepSlider } from './stepSlider';
export * from './tokens';
export type * from './viewWire';
export type * from './wire';

const SEEN = '@bluecloud/core:seen';

const panelPlugin: JupyterFrontEndPlugin<ILaboratoryPanel> = {
  id: '@bluecloud/core:panel',
  description: 'The side panel of a laboratory: what it is, its analyses, its data.',
  autoStart: true,
  provides: ILaboratoryPanel,
  requires: [INotebookTracker],
  optional: [ILayoutRestorer, ICommandPalette, ITranslator, IStateDB, IDocumentManager],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null,
    state: IStateDB | null,
    documents: IDocumentManager | null
  ): ILaboratoryPanel => {
    const language = translator ?? nullTranslator;
    const trans = language.load('bluecloud');
    const api = new PanelApi(app.serviceManager.serverSettings);
    const workbench = async (): Promise<IWorkbench> => {
      const made = new Workbench(await api.laboratory(), language, app, tracker, api, documents, state);
      panel.disposed.connect(() => made.dispose());
      if (palette && !inPalette) {
        inPalette = true;
        void addToPalette(palette, made).then(items => panel.disposed.connect(() => items.dispose()));
      }
      return made;
    };
    let inPalette = false;
    const panel = new LaboratoryPanel(workbench, trans, settled(app));
    const commands = addCommands(
      app.commands,
      {
        workbench,
        showTab: async tab => {
          app.shell.activateById(panel.id);
          await panel.showTab(tab);
        }
      },
      trans
    );
    panel.disposed.connect(() => commands.dispose());
    for (const command of Object.values(CommandIDs)) {
      palette?.addItem({ command, category: trans.__('Laboratory') });
    }
    app.shell.add(panel, 'left', { rank: 150, type: 'Laboratory' });
    restorer?.add(panel, 'bluecloud-laboratory');
    // Whoever opens a laboratory for the first time sees what it is; later they see what they left.
    void app.restored.then(async () => {
      if (state && (await state.fetch(SEEN)) === undefined) {
        await state.save(SEEN, true);
        app.shell.activateById(panel.id);
      }
    });
    return panel;
  }
};

export default [panelPlugin, plotsPlugin];
