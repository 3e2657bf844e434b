import { useId, useState } from 'react';
import type { JSX } from 'react';

import { useTask } from './answer';
import { Fold } from './fold';
import { PublishRun } from './publishRun';
import { RunContents } from './runContents';
import { RunFigures } from './runFigures';
import { changedInWords, changedShort, goesOn, stateInWords, variedInWords } from './runWords';
import type { IWorkbench } from './tokens';
import type { Run } from './wire';

interface IRunCardProps {
  readonly run: Run;
  readonly workbench: IWorkbench;
  readonly again: () => void;
  /** Whether it is one of two that are compared. */
  readonly chosen: boolean;
  readonly choose: (run: string) => void;
  /** Of a sweep, which has the title already. */
  readonly inSweep?: boolean;
}

/** The id of the card of a run, so that one can be led to it. */
export function cardId(run: string): string {
  return `bc-run-${run}`;
}

/** One run: where it is, why it failed and what next, and what it left. */
export function RunCard(props: IRunCardProps): JSX.Element {
  const { run, workbench, again, chosen, choose, inSweep = false } = props;
  const { trans } = workbench;
  const [busy, reason, start] = useTask();
  const id = useId();
  const act = (what: (run: string) => Promise<void>): void =>
    start(async () => {
      await what(run.id);
      again();
    });
  const title = inSweep ? variedInWords(run) || run.id : run.title;
  const Heading = inSweep ? 'h4' : 'h3';
  return (
    <li
      className="bc-Card"
      aria-labelledby={`${id}-title`}
      id={cardId(run.id)}
      tabIndex={-1} // whoever is led to it from the news
    >
      <Heading className="bc-Card-title" id={`${id}-title`}>
        {title}
      </Heading>
      {!inSweep && (
        <p className="bc-Note">
          {trans.__('Submitted %1', new Date(run.submitted).toLocaleString())}
        </p>
      )}
      {!inSweep && Object.keys(run.changed).length > 0 && (
        <p className="bc-Card-text" title={changedInWords(run)}>
          {changedShort(run)}
        </p>
      )}
      <p className="bc-Card-text">{stateInWords(run, Date.now(), trans)}</p>
      {run.state === 'running' && (
        <progress
          className="bc-Progress"
          aria-labelledby={`${id}-title`}
          value={run.cells_done}
          max={Math.max(run.cells, 1)}
        />
      )}
      {run.words && (
        <p className="bc-Problem">
          {run.words}
          {run.next_step && <strong className="bc-NextStep">{run.next_step}</strong>}
        </p>
      )}
      <div className="bc-Card-actions">
        {goesOn(run) ? (
          <button
            className="bc-Button"
            type="button"
            disabled={busy}
            aria-describedby={`${id}-title`}
            onClick={() => act(one => workbench.cancelRun(one))}
          >
            {trans.__('Cancel')}
          </button>
        ) : (
          <>
            {run.executed && (
              <button
                className="bc-Button"
                type="button"
                disabled={busy}
                aria-describedby={`${id}-title`}
                onClick={() => act(one => workbench.openRun(one))}
              >
                {trans.__('Open')}
              </button>
            )}
            <button
              className="bc-Button"
              type="button"
              disabled={busy}
              aria-describedby={`${id}-title`}
              onClick={() => act(one => workbench.repeatRun(one))}
            >
              {trans.__('Run again')}
            </button>
            <label className="bc-Field-check">
              <input
                type="checkbox"
                checked={chosen}
                aria-describedby={`${id}-title`}
                onChange={() => choose(run.id)}
              />
              {trans.__('Compare')}
            </label>
          </>
        )}
      </div>
      <Fold title={trans.__('Parameters and files')} describedBy={`${id}-title`}>
        <RunContents workbench={workbench} run={run} />
      </Fold>
      {!goesOn(run) && <Left run={run} workbench={workbench} titleId={`${id}-title`} />}
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </li>
  );
}

interface ILeftProps {
  readonly run: Run;
  readonly workbench: IWorkbench;
  readonly titleId: string;
}

/** What a run left: its figures, its capsule to be kept, and what of it is published. */
function Left({ run, workbench, titleId }: ILeftProps): JSX.Element {
  const { trans, runsDesk } = workbench;
  const [busy, reason, start] = useTask();
  const [looking, setLooking] = useState(false);
  const [publishing, setPublishing] = useState(false);
  const [brought, setBrought] = useState('');
  const id = useId();
  return (
    <>
      <div className="bc-Card-actions">
        {run.executed && (
          <button
            className="bc-Link"
            type="button"
            aria-expanded={looking}
            aria-controls={id}
            aria-describedby={titleId}
            onClick={() => setLooking(!looking)}
          >
            {trans.__('Figures')}
          </button>
        )}
        <button
          className="bc-Link"
          type="button"
          disabled={busy}
          aria-describedby={titleId}
          title={trans.__('Notebook, inputs, outputs and environment with their checksums')}
          onClick={() => start(async () => setBrought(await runsDesk.bringCapsule(run.id)))}
        >
          {busy ? trans.__('Bringing…') : trans.__('Bring capsule home')}
        </button>
        <a className="bc-Link" href={runsDesk.capsuleAddress(run.id)} download aria-describedby={titleId}>
          {trans.__('Download capsule')}
        </a>
        {run.state === 'succeeded' && (
          <button
            className="bc-Link"
            type="button"
            aria-expanded={publishing}
            aria-controls={`${id}-publish`}
            aria-describedby={titleId}
            title={trans.__('Propose files that it left to the managers, to be found and read by colleagues')}
            onClick={() => setPublishing(!publishing)}
          >
            {trans.__('Publish…')}
          </button>
        )}
      </div>
      {brought && (
        <p className="bc-Note" role="status">
          {trans.__('Its capsule is in %1.', brought)}
        </p>
      )}
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
      <div id={id}>{looking && <RunFigures workbench={workbench} run={run} />}</div>
      <div id={`${id}-publish`}>{publishing && <PublishRun workbench={workbench} run={run} />}</div>
    </>
  );
}
