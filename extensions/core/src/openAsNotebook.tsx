import { useEffect, useState } from 'react';
import type { JSX } from 'react';

import { useTask } from './answer';
import { Submitted } from './submitted';
import type { ISubmit } from './submitted';
import type { IWorkbench, ParameterValues } from './tokens';

export interface IOpenAsNotebookProps {
  readonly workbench: IWorkbench;
  readonly name: string;
  readonly values: ParameterValues;
}

/** Opens what is shown as a notebook with the same parameters, or submits it as a run. */
export function OpenAsNotebook({ workbench, name, values }: IOpenAsNotebookProps): JSX.Element {
  const { trans, laboratory } = workbench;
  const [busy, reason, start] = useTask();
  const [submitted, setSubmitted] = useState<ISubmit | null>(null);
  const text = JSON.stringify(values);
  useEffect(() => setSubmitted(null), [name, text]); // what was submitted is not what is shown now
  return (
    <div className="bc-Card-actions">
      <button
        className="bc-Button bc-mod-main"
        type="button"
        disabled={busy}
        onClick={() => start(() => workbench.runAnalysis(name, values))}
      >
        {trans.__('Open as a notebook')}
      </button>
      {laboratory.keeps_runs && (
        <button
          className="bc-Button"
          type="button"
          disabled={busy}
          onClick={() =>
            start(async () => {
              setSubmitted(null);
              setSubmitted({ runs: await workbench.submitAnalysis(name, values), at: new Date() });
            })
          }
        >
          {trans.__('Submit as a run')}
        </button>
      )}
      <Submitted submit={submitted} trans={trans} workbench={workbench} />
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </div>
  );
}
