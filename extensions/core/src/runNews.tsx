/** News of runs: what ends while the window is open, and what ended while it was closed. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { JSX } from 'react';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { FailureNotice, leadTo } from './runNotice';
import { changedShort, countsInWords, goesOn } from './runWords';
import type { ISeen } from './runsDesk';
import type { IWorkbench } from './tokens';
import type { Run } from './wire';

/** So many of those that ended are named. */
const NAMED = 8;

/** Tell of the runs that came to their end since they were last looked at. */
export function useNews(runs: readonly Run[] | null, workbench: IWorkbench): void {
  const before = useRef<ReadonlyMap<string, Run> | null>(null);
  const notice = useMemo(() => new FailureNotice(workbench), [workbench]);
  useEffect(() => {
    if (runs) {
      const ended = endedSince(before.current, runs);
      ended.filter(({ state }) => state === 'succeeded').forEach(run => tellSuccess(run, workbench));
      notice.tell(ended.filter(({ state }) => state === 'failed'));
      before.current = new Map(runs.map(run => [run.id, run]));
    }
  }, [notice, runs, workbench]);
}

/** The runs that came to their end since they were last looked at. */
export function endedSince(
  before: ReadonlyMap<string, Run> | null,
  now: readonly Run[]
): readonly Run[] {
  return now.filter(run => {
    const earlier = before?.get(run.id);
    return earlier !== undefined && goesOn(earlier) && !goesOn(run);
  });
}

function tellSuccess(run: Run, workbench: IWorkbench): void {
  const { trans } = workbench;
  const open = {
    label: trans.__('Open'),
    callback: () => void workbench.openRun(run.id)
  };
  const actions = run.executed ? [open] : [];
  Notification.success(trans.__('%1 has ended.', run.title), { actions });
}

/** What is to be remembered of the runs, as they are listed. */
export function seenOf(runs: readonly Run[]): ISeen {
  const ends = runs.flatMap(({ ended }) => (ended ? [ended] : []));
  const later = (one: string, other: string): string =>
    Date.parse(other) > Date.parse(one) ? other : one;
  return {
    going: runs.filter(goesOn).map(({ id }) => id),
    ended: ends.length > 0 ? ends.reduce(later) : null
  };
}

/** The runs that ended since, by what was remembered; none if nothing was. */
export function endedAway(seen: ISeen | null, runs: readonly Run[]): readonly Run[] {
  if (!seen) {
    return [];
  }
  const last = seen.ended === null ? -Infinity : Date.parse(seen.ended);
  return runs.filter(
    run =>
      !goesOn(run) &&
      (seen.going.includes(run.id) || (run.ended !== null && Date.parse(run.ended) > last))
  );
}

/**
 * The runs that ended while the window was closed, told once, and a way to take note of them.
 *
 * What is seen is remembered from then on, so that nothing is told twice.
 */
export function useEndedAway(
  runs: readonly Run[] | null,
  workbench: IWorkbench
): readonly [readonly Run[], () => void] {
  const { runsDesk } = workbench;
  const [ended, setEnded] = useState<readonly Run[]>([]);
  const remembered = useRef<'no' | 'asked' | 'yes'>('no');
  const kept = useRef('');
  useEffect(() => {
    if (!runs || remembered.current === 'asked') {
      return;
    }
    const keep = (): void => {
      const seen = seenOf(runs);
      const text = JSON.stringify(seen);
      if (text !== kept.current) {
        kept.current = text;
        void runsDesk.saw(seen);
      }
    };
    if (remembered.current === 'yes') {
      keep();
      return;
    }
    remembered.current = 'asked';
    void runsDesk.seen().then(seen => {
      remembered.current = 'yes';
      const away = endedAway(seen, runs);
      setEnded(away);
      announce(away, workbench);
      keep();
    });
  }, [runs, runsDesk, workbench]);
  return [ended, useCallback(() => setEnded([]), [])];
}

function announce(ended: readonly Run[], workbench: IWorkbench): void {
  if (ended.length > 0) {
    const show = {
      label: workbench.trans.__('Show'),
      callback: () => void workbench.showRuns()
    };
    Notification.info(awayInWords(ended, workbench.trans), { actions: [show] });
  }
}

/** How many ended, and how: 2 runs ended since you were here: 1 failed, 1 succeeded. */
export function awayInWords(ended: readonly Run[], trans: TranslationBundle): string {
  const counts: Record<string, number> = {};
  for (const { state } of ended) {
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return trans._n(
    '%1 run ended since you were here: %2.',
    '%1 runs ended since you were here: %2.',
    ended.length,
    countsInWords(counts, trans)
  );
}

interface IEndedAwayProps {
  readonly ended: readonly Run[];
  readonly trans: TranslationBundle;
  readonly close: () => void;
}

/** On top of the runs: those that ended while the window was closed, each with a way to it. */
export function EndedAway({ ended, trans, close }: IEndedAwayProps): JSX.Element {
  return (
    <>
      <p className="bc-Card-text" role="status">
        {ended.length > 0 && awayInWords(ended, trans)}
      </p>
      {ended.length > 0 && (
        <>
          <ul className="bc-Links">
            {ended.slice(0, NAMED).map(run => (
              <li key={run.id}>
                <button className="bc-Link" type="button" onClick={() => leadTo(run.id)}>
                  {[run.title, changedShort(run)].filter(Boolean).join(': ')}
                </button>
              </li>
            ))}
          </ul>
          <div className="bc-Card-actions">
            <button className="bc-Button" type="button" onClick={close}>
              {trans.__('I have seen it')}
            </button>
          </div>
        </>
      )}
    </>
  );
}
