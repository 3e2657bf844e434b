import { NotebookModel } from '@jupyterlab/notebook';
import { expect, test } from 'vitest';

import { firstStop } from '../core/src/outcome';

test('the first error of a run is found, with its last line', () => {
  const model = new NotebookModel();
  const failed = (evalue: string): object => ({
    cell_type: 'code',
    source: 'read()',
    execution_count: 7,
    outputs: [
      { output_type: 'stream', name: 'stdout', text: 'reading' },
      { output_type: 'error', ename: 'TooShortError', evalue, traceback: [] }
    ]
  });
  model.sharedModel.insertCells(0, [
    { cell_type: 'markdown', source: '# A title' },
    { cell_type: 'code', source: 'a = 1', execution_count: 6, outputs: [] },
    failed('the series is short\nit has 3 years') as never,
    failed('never reached') as never
  ]);
  expect(firstStop({ model } as never)).toEqual({ index: 2, count: 7, error: 'it has 3 years' });
});

test('a run without an error stopped nowhere', () => {
  const model = new NotebookModel();
  model.sharedModel.insertCells(0, [{ cell_type: 'code', source: '', outputs: [] }]);
  expect(firstStop({ model } as never)).toBeNull();
});
