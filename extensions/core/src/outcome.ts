/**
 * What a run of all cells came to.
 *
 * JupyterLab leaves a person at the last cell, which is empty if an earlier one failed: the
 * error is out of sight, and so is the beginning of a result.
 */
import { Notification } from '@jupyterlab/apputils';
import type { Notebook } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

/** The cell a run stopped at. */
export interface IStop {
  /** Its place in the notebook, from 0. */
  readonly index: number;
  /** The number beside it, else its place from 1. */
  readonly count: number;
  /** The last line of its error. */
  readonly error: string;
}

/** The first cell with an error, if there is one. */
export function firstStop(notebook: Notebook): IStop | null {
  for (const [index, cell] of (notebook.model?.sharedModel.cells ?? []).entries()) {
    if (cell.cell_type !== 'code') {
      continue;
    }
    const code = cell as Extract<typeof cell, { getOutputs: unknown }>;
    for (const output of code.getOutputs()) {
      if (output.output_type === 'error') {
        const { ename, evalue } = output as { ename?: string; evalue?: string };
        const lines = `${ename ?? ''}: ${evalue ?? ''}`.trim().split('\n');
        const count = code.execution_count ?? index + 1;
        return { index, count, error: lines.at(-1)?.trim() ?? '' };
      }
    }
  }
  return null;
}

/** Show the cell that failed and say so, or the notebook's beginning if none did. */
export function showOutcome(notebook: Notebook, trans: TranslationBundle): void {
  const stop = firstStop(notebook);
  // Who chose another cell in the meantime is reading there, and stays.
  const untouched = notebook.activeCellIndex === notebook.widgets.length - 1;
  if (untouched) {
    show(notebook, stop?.index ?? 0);
  }
  if (stop) {
    Notification.error(trans.__('Stopped at cell %1: %2', stop.count, stop.error), {
      autoClose: false,
      actions: [
        {
          label: trans.__('Show'),
          callback: () => {
            if (!notebook.isDisposed) {
              show(notebook, stop.index);
            }
          }
        }
      ]
    });
  }
}

function show(notebook: Notebook, index: number): void {
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  notebook.mode = 'command';
  // Refused if the notebook is closed or scrolled meanwhile, which is as good.
  notebook.scrollToItem(index, 'start').catch(() => undefined);
}
