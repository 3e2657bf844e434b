import {
  CodeMirrorEditorFactory,
  CodeMirrorMimeTypeService,
  EditorLanguageRegistry
} from '@jupyterlab/codemirror';
import { Notebook, NotebookModel } from '@jupyterlab/notebook';
import { RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import { afterAll, expect, test } from 'vitest';

import { insertCell } from '../core/src/insert';

type Written = readonly [type: 'code' | 'markdown', source: string];

// JupyterLab draws a cell's parts frames later, which must not be when the window has gone.
afterAll(async () => {
  for (let frame = 0; frame < 10; frame++) {
    await new Promise(resolve => requestAnimationFrame(resolve));
  }
  await new Promise(resolve => setTimeout(resolve, 100));
});

/** A notebook of these cells, the first one active. */
function notebookOf(...cells: Written[]): Notebook {
  const languages = new EditorLanguageRegistry();
  const { newInlineEditor: editorFactory } = new CodeMirrorEditorFactory({ languages });
  const model = new NotebookModel();
  model.sharedModel.insertCells(
    0,
    cells.map(([cell_type, source]) => ({ cell_type, source }))
  );
  const notebook = new Notebook({
    rendermime: new RenderMimeRegistry({ initialFactories: standardRendererFactories }),
    contentFactory: new Notebook.ContentFactory({ editorFactory }),
    mimeTypeService: new CodeMirrorMimeTypeService(languages)
  });
  notebook.model = model;
  Widget.attach(notebook, document.body);
  notebook.activeCellIndex = 0;
  return notebook;
}

/** A notebook's panel, as far as an insertion uses it. */
function panelOf(content: Notebook): object {
  const context = { ready: Promise.resolve(), save: () => Promise.resolve() };
  return { id: 'panel', content, context, sessionContext: { ready: Promise.resolve() } };
}

function written(notebook: Notebook): Written[] {
  const cells = notebook.model?.sharedModel.cells ?? [];
  return cells.map(cell => [cell.cell_type as 'code', cell.getSource()]);
}

/** What a notebook of these cells, the first one active, holds after an insertion. */
async function afterInsertion(...cells: Written[]): Promise<Written[]> {
  const notebook = notebookOf(...cells);
  const panel = panelOf(notebook);
  const app = { shell: { currentWidget: panel, activateById: () => undefined } };
  await insertCell(app as never, { currentWidget: panel } as never, 'read()\n', 'lab');

  expect(notebook.activeCell?.model.sharedModel.getSource()).toBe('read()');
  return written(notebook);
}

test('an empty code cell takes the insertion', async () => {
  expect(await afterInsertion(['code', ' \n'])).toEqual([['code', 'read()']]);
});

test('what is written is never overwritten: the insertion goes below it', async () => {
  expect(await afterInsertion(['code', 'a = 1'], ['code', 'b = 2'])).toEqual([
    ['code', 'a = 1'],
    ['code', 'read()'],
    ['code', 'b = 2']
  ]);
});

test('below prose the insertion is still code', async () => {
  expect(await afterInsertion(['markdown', ''])).toEqual([
    ['markdown', ''],
    ['code', 'read()']
  ]);
});

test('a notebook in R takes no Python: the insertion makes a new one', async () => {
  const inR = notebookOf(['code', 'a <- 1']);
  inR.model?.sharedModel.setMetadata('kernelspec', { name: 'ir', display_name: 'R', language: 'R' });
  const made = notebookOf(['code', '']);
  const panel = panelOf(inR);
  const app = {
    shell: { currentWidget: panel, activateById: () => undefined },
    serviceManager: {
      ready: Promise.resolve(),
      kernelspecs: { specs: { default: 'python3' } },
      contents: { get: () => Promise.resolve({ type: 'directory' }) }
    },
    commands: { execute: () => Promise.resolve(panelOf(made)) }
  };
  await insertCell(app as never, { currentWidget: panel } as never, 'read()\n', 'lab');
  expect(written(inR)).toEqual([['code', 'a <- 1']]);
  expect(written(made)).toEqual([['code', 'read()']]);
});

test('a notebook that is not in front is left alone: the insertion makes a new one', async () => {
  const behind = notebookOf(['code', 'a = 1']);
  const made = notebookOf(['code', '']);
  const app = {
    shell: { currentWidget: { id: 'launcher' }, activateById: () => undefined },
    serviceManager: {
      ready: Promise.resolve(),
      kernelspecs: { specs: { default: 'python3' } },
      contents: { get: () => Promise.resolve({ type: 'directory' }) }
    },
    commands: { execute: () => Promise.resolve(panelOf(made)) }
  };
  await insertCell(app as never, { currentWidget: panelOf(behind) } as never, 'read()\n', 'lab');
  expect(written(behind)).toEqual([['code', 'a = 1']]);
  expect(written(made)).toEqual([['code', 'read()']]);
});

/** In which folder a new notebook is asked for, where a home has these. */
async function folderOfNew(...folders: string[]): Promise<unknown> {
  let asked: unknown;
  const app = {
    shell: { currentWidget: null, activateById: () => undefined },
    serviceManager: {
      ready: Promise.resolve(),
      kernelspecs: { specs: { default: 'python3' } },
      contents: {
        get: (path: string) =>
          folders.includes(path)
            ? Promise.resolve({ type: 'directory' })
            : Promise.reject(new Error('404'))
      }
    },
    commands: {
      execute: (_id: string, args: { cwd: string }) => {
        asked = args.cwd;
        return Promise.resolve(panelOf(notebookOf()));
      }
    }
  };
  await insertCell(app as never, { currentWidget: null } as never, 'read()', 'lab');
  return asked;
}

test('a new notebook is made in the folder of the laboratory', async () => {
  expect(await folderOfNew('lab')).toBe('lab');
});

test('without that folder it is made at the top of the home', async () => {
  expect(await folderOfNew()).toBe('');
});
