import { useCallback } from 'react';
import type { JSX } from 'react';

import { bytes } from './amounts';
import { Answered, useAnswer } from './answer';
import { Fact } from './fact';
import { goesOn, valueInWords } from './runWords';
import type { IWorkbench } from './tokens';
import type { Run } from './wire';

interface IRunContentsProps {
  readonly workbench: IWorkbench;
  readonly run: Run;
}

/** With what a run was done and what it left: parameters, notebook, memory and files. */
export function RunContents({ workbench, run }: IRunContentsProps): JSX.Element {
  const { trans, runsDesk } = workbench;
  const { id, state } = run;
  // Asked anew when its state is another one: only then has it left something.
  const [answer, again] = useAnswer(useCallback(() => runsDesk.detail(id), [runsDesk, id, state]));
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {detail => {
        const parameters = Object.entries(detail.parameters);
        return (
          <>
            {parameters.length > 0 ? (
              <dl className="bc-Facts">
                {parameters.map(([name, value]) => (
                  <Fact key={name} name={name} value={valueInWords(value)} />
                ))}
              </dl>
            ) : (
              <p className="bc-Note">{trans.__('It has no parameters.')}</p>
            )}
            <dl className="bc-Facts">
              <Fact name={trans.__('Run')} value={run.id} />
              <Fact
                name={trans.__('Notebook')}
                value={trans.__('%1, SHA-256 %2', run.notebook, detail.notebook_sha256.slice(0, 12))}
                title={detail.notebook_sha256}
              />
              <Fact name={trans.__('Release')} value={detail.version || '–'} />
              <Fact
                name={trans.__('Most memory')}
                value={detail.peak_bytes === null ? '–' : bytes(detail.peak_bytes)}
              />
              {detail.outputs.map(({ path, bytes: size }) => (
                <Fact key={path} name={trans.__('File')} value={trans.__('%1, %2', path, bytes(size))} />
              ))}
            </dl>
            {detail.outputs.length === 0 && !goesOn(run) && (
              <p className="bc-Note">{trans.__('It left no files.')}</p>
            )}
            {detail.outputs_words && <p className="bc-Note">{detail.outputs_words}</p>}
          </>
        );
      }}
    </Answered>
  );
}
