import { Suspense, lazy, useCallback } from 'react';
import type { JSX } from 'react';

import { Answered, useAnswer } from './answer';
import type { IWorkbench } from './tokens';
import type { Figure, Figures, Run } from './wire';

/** Fetched when a run has something that scripts draw. */
const DrawnFigures = lazy(async () => ({ default: (await import('./drawnFigures')).DrawnFigures }));

interface IRunFiguresProps {
  readonly workbench: IWorkbench;
  readonly run: Run;
}

/** The figures of a run: its pictures, and what scripts draw. */
export function RunFigures({ workbench, run }: IRunFiguresProps): JSX.Element {
  const { trans, runsDesk } = workbench;
  const [answer, again] = useAnswer(useCallback(() => runsDesk.figures(run.id), [runsDesk, run.id]));
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {told => (
        <>
          {told.figures.map((figure, place) => (
            <Picture key={place} figure={figure} of={run.title} workbench={workbench} />
          ))}
          <BesidePictures told={told} run={run} workbench={workbench} />
          {told.figures.length + told.drawn.length + told.interactive === 0 && (
            <p className="bc-Note">{trans.__('It has no figures.')}</p>
          )}
        </>
      )}
    </Answered>
  );
}

interface IPictureProps {
  readonly figure: Figure;
  /** What it is a figure of. */
  readonly of: string;
  readonly workbench: IWorkbench;
}

/** One picture with its name. */
export function Picture({ figure: { name, address }, of, workbench }: IPictureProps): JSX.Element {
  return (
    <figure className="bc-Figure">
      <img src={address} alt={workbench.trans.__('%1 of %2', name, of)} />
      <figcaption className="bc-Field-help">{name}</figcaption>
    </figure>
  );
}

interface IBesidePicturesProps extends IRunFiguresProps {
  readonly told: Figures;
}

/** What there is of a run beside its pictures: what scripts draw, and what was left out. */
export function BesidePictures({ told, run, workbench }: IBesidePicturesProps): JSX.Element {
  const { drawn, interactive, words } = told;
  return (
    <>
      {words && <p className="bc-Note">{words}</p>}
      {drawn.length + interactive > 0 && (
        <Suspense fallback={<p className="bc-Note">{workbench.trans.__('Loading…')}</p>}>
          <DrawnFigures workbench={workbench} run={run} figures={told} />
        </Suspense>
      )}
    </>
  );
}
