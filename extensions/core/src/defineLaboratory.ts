import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import type { ILaboratory } from './tokens';
import { ILaboratoryPanel } from './tokens';

/** The plugin of one laboratory: all that a laboratory's package has to export. */
export function defineLaboratory(laboratory: ILaboratory): JupyterFrontEndPlugin<void> {
  return {
    id: `@bluecloud/${laboratory.slug}:plugin`,
    description: `Adds the ${laboratory.slug} laboratory to the side panel.`,
    autoStart: true,
    requires: [ILaboratoryPanel],
    activate: (_app: JupyterFrontEnd, panel: ILaboratoryPanel): void => {
      panel.add(laboratory);
    }
  };
}
