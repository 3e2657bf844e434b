/**
 * A notebook that is opened and not touched counts as unchanged.
 *
 * JupyterLab writes into it what its kernel tells of itself, such as the name that this machine has
 * for it, and then takes the notebook for changed: whoever closes it is asked to save what they never
 * did.
 */
import type { NotebookPanel } from '@jupyterlab/notebook';

/** Wait for what the kernel tells; if the person has changed no cell until then, nothing was. */
export async function keepUntouched(panel: NotebookPanel): Promise<void> {
  await panel.context.ready;
  const before = cellsOf(panel);
  await panel.sessionContext.ready;
  const kernel = panel.sessionContext.session?.kernel;
  await Promise.all([kernel?.info, kernel?.spec]);
  // The notebook waits for the same, and writes it down in between.
  await new Promise(resolve => setTimeout(resolve));
  const { model } = panel.context;
  if (!panel.isDisposed && cellsOf(panel) === before) {
    model.dirty = false;
  }
}

function cellsOf({ context }: NotebookPanel): string {
  return JSON.stringify(context.model.sharedModel.cells.map(cell => cell.toJSON()));
}
