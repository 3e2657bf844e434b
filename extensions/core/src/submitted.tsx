import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IWorkbench } from './tokens';
import type { Run } from './wire';

/** A submit: the runs it became, and when. */
export interface ISubmit {
  readonly runs: readonly Run[];
  readonly at: Date;
}

interface ISubmittedProps {
  /** Null before the first. */
  readonly submit: ISubmit | null;
  readonly trans: TranslationBundle;
  readonly workbench: IWorkbench | undefined;
}

/** What the last submit became; each one is said anew, by its time. */
export function Submitted({ submit, trans, workbench }: ISubmittedProps): JSX.Element {
  return (
    <>
      {/* There before it has something to say, which else is not read out. */}
      <p className="bc-Note" role="status" aria-live="polite">
        {submit && submitInWords(submit, trans)}
      </p>
      {submit && workbench && (
        <button className="bc-Link" type="button" onClick={() => void workbench.showRuns()}>
          {trans.__('See it in Runs')}
        </button>
      )}
    </>
  );
}

function submitInWords({ runs, at }: ISubmit, trans: TranslationBundle): string {
  const title = runs[0]?.title ?? '';
  const what = runs.length > 1 ? trans.__('%1, %2 runs', title, runs.length) : title;
  return trans.__(
    '%1 at %2. It is submitted and runs on, whatever you close.',
    what,
    at.toLocaleTimeString()
  );
}
