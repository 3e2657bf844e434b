import { useId } from 'react';
import type { JSX } from 'react';

import { useTask } from './answer';
import { RunCard } from './runCard';
import { countsInWords, goesOn } from './runWords';
import type { IWorkbench } from './tokens';
import type { Run, Sweep } from './wire';

const OPEN_UP_TO = 4;

interface ISweepCardProps {
  readonly sweep: Sweep;
  readonly runs: readonly Run[];
  readonly workbench: IWorkbench;
  readonly again: () => void;
  readonly chosen: readonly string[];
  readonly choose: (run: string) => void;
}

/** The runs of one submit: how many are in each state, and each of them behind a fold. */
export function SweepCard(props: ISweepCardProps): JSX.Element {
  const { sweep, runs, workbench, again, chosen, choose } = props;
  const { trans, runsDesk } = workbench;
  const [busy, reason, start] = useTask();
  const id = useId();
  const { counts, submission } = sweep;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const ended = ['succeeded', 'failed', 'cancelled'].reduce((sum, one) => sum + (counts[one] ?? 0), 0);
  const act = (what: (submission: string) => Promise<void>): void =>
    start(async () => {
      await what(submission);
      again();
    });
  return (
    <li className="bc-Card" aria-labelledby={`${id}-title`}>
      <h3 className="bc-Card-title" id={`${id}-title`}>
        {trans.__('%1: %2 runs', runs[0]?.title ?? '', total)}
      </h3>
      <p className="bc-Note">
        {trans.__('Submitted %1', new Date(runs[0]?.submitted ?? '').toLocaleString())}
      </p>
      <p className="bc-Card-text">{countsInWords(counts, trans)}</p>
      {ended < total && (
        <progress
          className="bc-Progress"
          aria-labelledby={`${id}-title`}
          value={ended}
          max={total}
        />
      )}
      <div className="bc-Card-actions">
        {ended < total && (
          <button
            className="bc-Button"
            type="button"
            disabled={busy}
            aria-describedby={`${id}-title`}
            onClick={() => act(one => runsDesk.cancelSweep(one))}
          >
            {trans.__('Cancel all')}
          </button>
        )}
        {(counts['failed'] ?? 0) > 0 && (
          <button
            className="bc-Button"
            type="button"
            disabled={busy}
            aria-describedby={`${id}-title`}
            onClick={() => act(one => runsDesk.repeatFailed(one))}
          >
            {trans.__('Run the failed again')}
          </button>
        )}
      </div>
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
      <details className="bc-More" open={total <= OPEN_UP_TO}>
        <summary>
          {runs.some(goesOn) ? trans.__('Its runs, as they go on') : trans.__('Its runs')}
        </summary>
        <ul className="bc-Cards">
          {runs.map(run => (
            <RunCard
              key={run.id}
              run={run}
              workbench={workbench}
              again={again}
              chosen={chosen.includes(run.id)}
              choose={choose}
              inSweep
            />
          ))}
        </ul>
        {runs.length < total && (
          <p className="bc-Note">{trans.__('%1 more are not listed here.', total - runs.length)}</p>
        )}
      </details>
    </li>
  );
}
