import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { NotebookActions } from '@jupyterlab/notebook';

/**
 * Write a cell into the notebook in front, or into a new one in `folder` if none is.
 *
 * Where there is no such folder, the new one lies at the top of the home.
 *
 * A notebook behind another tab is left alone: nobody would see what was added to it. So is one
 * in another language, such as R: the code is Python.
 * It goes below the active cell, or into it if that is a code cell without a word in it, and
 * becomes the active cell: Shift+Enter runs it.
 */
export async function insertCell(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  code: string,
  folder: string
): Promise<NotebookPanel | null> {
  const last = tracker.currentWidget;
  const open = last && last === app.shell.currentWidget && isPython(last) ? last : null;
  const panel = open ?? (await newNotebook(app, folder));
  if (!panel) {
    return null;
  }
  await panel.context.ready;
  const notebook = panel.content;
  const active = notebook.activeCell;
  const isFree = active?.model.type === 'code' && active.model.sharedModel.getSource().trim() === '';
  if (!isFree) {
    NotebookActions.insertBelow(notebook);
    if (notebook.activeCell?.model.type !== 'code') {
      NotebookActions.changeCellType(notebook, 'code');
    }
  }
  notebook.activeCell?.model.sharedModel.setSource(code.trimEnd());
  notebook.deselectAll();
  notebook.mode = 'command';
  app.shell.activateById(panel.id);
  notebook.activate();
  if (!open) {
    await panel.context.save(); // with its kernel, which JupyterLab would else ask for again
  }
  return panel;
}

/** Whether a notebook is in Python, or does not say yet. */
function isPython(panel: NotebookPanel): boolean {
  const model = panel.content.model;
  const kernel = model?.getMetadata('kernelspec') as { language?: string } | undefined;
  const language = kernel?.language ?? model?.defaultKernelLanguage ?? '';
  return ['', 'python'].includes(language.toLowerCase());
}

async function newNotebook(
  app: JupyterFrontEnd,
  folder: string
): Promise<NotebookPanel | null> {
  await app.serviceManager.ready;
  const kernelName = app.serviceManager.kernelspecs.specs?.default;
  // A laboratory without analyses has no folder in a home, and a person may have removed it.
  const { contents } = app.serviceManager;
  const isThere = await contents.get(folder, { content: false }).then(
    model => model.type === 'directory',
    () => false
  );
  // With a kernel named, JupyterLab does not ask for one.
  const made: unknown = await app.commands.execute('notebook:create-new', {
    kernelName,
    cwd: isThere ? folder : ''
  });
  const panel = (made ?? null) as NotebookPanel | null; // none, if it could not be made
  // A cell that is run before its kernel is there makes JupyterLab ask for one.
  await panel?.sessionContext.ready;
  return panel;
}
