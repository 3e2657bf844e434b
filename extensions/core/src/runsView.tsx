import { useCallback, useEffect, useId, useRef } from 'react';
import type { JSX } from 'react';
import { Notification } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Answered, useAnswer, useTask } from './answer';
import type { IWorkbench } from './tokens';
import type { Run } from './wire';

const WHILE_SOME_GO_ON_MS = 2_000;
const OTHERWISE_MS = 20_000;

/** The person's runs: how far each is, why it failed, and what it left. */
export class RunsView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
    this.title.label = _workbench.trans.__('Runs');
  }

  protected render(): JSX.Element {
    return <Listed workbench={this._workbench} />;
  }
}

/** Whether a run has not come to its end. */
export function goesOn({ state }: Run): boolean {
  return state === 'queued' || state === 'starting' || state === 'running';
}

function Listed({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const [answer, again] = useAnswer(useCallback(() => workbench.runs(), [workbench]));
  const runs = answer.state === 'here' ? answer.value.runs : null;
  const some = runs?.some(goesOn) ?? false;
  useEffect(() => {
    const timer = setInterval(again, some ? WHILE_SOME_GO_ON_MS : OTHERWISE_MS);
    return () => clearInterval(timer);
  }, [again, some]);
  const before = useRef<ReadonlyMap<string, Run> | null>(null);
  useEffect(() => {
    if (runs) {
      for (const run of endedSince(before.current, runs)) {
        tell(run, workbench);
      }
      before.current = new Map(runs.map(run => [run.id, run]));
    }
  }, [runs, workbench]);
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {({ runs: listed }) =>
        listed.length === 0 ? (
          <p className="bc-Note">
            {trans.__('No runs yet. “Run without me” starts one that needs no window.')}
          </p>
        ) : (
          <ul className="bc-Cards">
            {listed.map(run => (
              <RunCard key={run.id} run={run} workbench={workbench} again={again} />
            ))}
          </ul>
        )
      }
    </Answered>
  );
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

function tell(run: Run, workbench: IWorkbench): void {
  const { trans } = workbench;
  const open = {
    label: trans.__('Open'),
    callback: () => void workbench.openRun(run.id)
  };
  if (run.state === 'succeeded') {
    Notification.success(trans.__('%1 has ended.', run.title), { actions: [open] });
  } else if (run.state === 'failed') {
    Notification.error(trans.__('%1 failed. %2', run.title, run.words), {
      autoClose: false,
      actions: [open]
    });
  }
}

interface IRunCardProps {
  readonly run: Run;
  readonly workbench: IWorkbench;
  readonly again: () => void;
}

function RunCard({ run, workbench, again }: IRunCardProps): JSX.Element {
  const { trans } = workbench;
  const [busy, reason, start] = useTask();
  const id = useId();
  const act = (what: (run: string) => Promise<void>): void =>
    start(async () => {
      await what(run.id);
      again();
    });
  return (
    <li className="bc-Card" aria-labelledby={`${id}-title`}>
      <h3 className="bc-Card-title" id={`${id}-title`}>
        {run.title}
      </h3>
      <p className="bc-Note">{trans.__('Submitted %1', new Date(run.submitted).toLocaleString())}</p>
      <p className="bc-Card-text">{stateInWords(run, trans)}</p>
      {run.state === 'running' && (
        <progress
          className="bc-Progress"
          aria-labelledby={`${id}-title`}
          value={run.cells_done}
          max={Math.max(run.cells, 1)}
        />
      )}
      {run.words && <p className="bc-Problem">{run.words}</p>}
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
            {run.cells_done > 0 && (
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
          </>
        )}
      </div>
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </li>
  );
}

function stateInWords(run: Run, trans: TranslationBundle): string {
  switch (run.state) {
    case 'queued':
      return run.position === null
        ? trans.__('Waits')
        : trans.__('Waits, number %1 in the queue', run.position);
    case 'starting':
      return trans.__('Starts');
    case 'running':
      return trans.__('Runs: cell %1 of %2', run.cells_done, run.cells);
    case 'succeeded':
      return trans.__('Succeeded');
    case 'failed':
      return trans.__('Failed');
    case 'cancelled':
      return trans.__('Cancelled');
  }
}
