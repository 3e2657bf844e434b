import { useCallback } from 'react';
import type { JSX } from 'react';

import { Answered, useAnswer } from './answer';
import type { IWorkbench } from './tokens';
import type { Run } from './wire';

interface IRunFiguresProps {
  readonly workbench: IWorkbench;
  readonly run: Run;
}

/** The pictures of a run; figures that scripts draw are seen where its notebook is opened. */
export function RunFigures({ workbench, run }: IRunFiguresProps): JSX.Element {
  const { trans, runsDesk } = workbench;
  const [answer, again] = useAnswer(useCallback(() => runsDesk.figures(run.id), [runsDesk, run.id]));
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {({ figures, interactive, words }) => (
        <>
          {figures.map(({ name, address }, place) => (
            <figure className="bc-Figure" key={place}>
              <img src={address} alt={trans.__('%1 of %2', name, run.title)} />
              <figcaption className="bc-Field-help">{name}</figcaption>
            </figure>
          ))}
          {words && <p className="bc-Note">{words}</p>}
          {interactive > 0 && (
            <p className="bc-Note">
              {trans._n(
                '%1 interactive figure is drawn in its notebook. ',
                '%1 interactive figures are drawn in its notebook. ',
                interactive
              )}
              <button
                className="bc-Link"
                type="button"
                onClick={() => void workbench.openRun(run.id)}
              >
                {trans.__('Open it')}
              </button>
            </p>
          )}
          {figures.length === 0 && interactive === 0 && (
            <p className="bc-Note">{trans.__('It has no figures.')}</p>
          )}
        </>
      )}
    </Answered>
  );
}
