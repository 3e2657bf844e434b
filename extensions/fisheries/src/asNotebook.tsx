import type { JSX } from 'react';
import { Problems, useTask } from '@bluecloud/core';
import type { IWorkbench, ParameterValues } from '@bluecloud/core';

interface IAsNotebookProps {
  readonly workbench: IWorkbench;
  /** The analysis that computes the same. */
  readonly name: string;
  readonly values: ParameterValues;
}

/** What is shown as a notebook of the person's own, here or where runs are kept. */
export function AsNotebook({ workbench, name, values }: IAsNotebookProps): JSX.Element {
  const { trans, laboratory } = workbench;
  const [busy, reason, start] = useTask();
  return (
    <>
      <div className="bc-Card-actions">
        <button
          className="bc-Button bc-mod-main"
          type="button"
          disabled={busy}
          onClick={() => start(() => workbench.runAnalysis(name, values))}
        >
          {trans.__('Open as a notebook with these values')}
        </button>
        {laboratory.keeps_runs && (
          <button
            className="bc-Button"
            type="button"
            disabled={busy}
            onClick={() => start(() => workbench.submitAnalysis(name, values))}
          >
            {trans.__('Run without me')}
          </button>
        )}
      </div>
      <Problems problems={reason ? [reason] : []} />
    </>
  );
}
