import { Suspense, lazy, useCallback, useEffect, useState } from 'react';
import type { JSX } from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import { Answered, useAnswer, useTask } from './answer';
import { RunCard } from './runCard';
import { EndedAway, useEndedAway, useNews } from './runNews';
import { goesOn } from './runWords';
import { SweepCard } from './sweepCard';
import type { IWorkbench } from './tokens';
import type { Run, Runs, Sweep } from './wire';

/** Fetched when two runs are compared. */
const CompareRuns = lazy(async () => ({ default: (await import('./compareRuns')).CompareRuns }));

const WHILE_SOME_GO_ON_MS = 2_000;
const OTHERWISE_MS = 20_000;
const A_PAGE = 100;
const AT_MOST = 1000;

/** The person's runs: how far each is, why it failed, and what it left. */
export class RunsView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
    this.title.label = _workbench.trans.__('Runs');
  }

  /** Who comes to look sees what they have submitted a moment ago. */
  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._shown.emit();
  }

  protected render(): JSX.Element {
    return <Listed workbench={this._workbench} shown={this._shown} />;
  }

  private readonly _shown = new Signal<this, void>(this);
}

interface IListedProps {
  readonly workbench: IWorkbench;
  /** Emitted when the view comes to the front. */
  readonly shown: ISignal<RunsView, void>;
}

function Listed({ workbench, shown }: IListedProps): JSX.Element {
  const { trans } = workbench;
  const [limit, setLimit] = useState(A_PAGE);
  const [answer, again] = useAnswer(useCallback(() => workbench.runs(limit), [workbench, limit]));
  const runs = answer.state === 'here' ? answer.value.runs : null;
  const some = runs?.some(goesOn) ?? false;
  useEffect(() => {
    const timer = setInterval(again, some ? WHILE_SOME_GO_ON_MS : OTHERWISE_MS);
    return () => clearInterval(timer);
  }, [again, some]);
  useEffect(() => {
    shown.connect(again);
    return () => void shown.disconnect(again);
  }, [again, shown]);
  useNews(runs, workbench);
  const [away, told] = useEndedAway(runs, workbench);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const choose = (run: string): void =>
    // A third one takes the place of the first.
    setChosen(before =>
      before.includes(run) ? before.filter(one => one !== run) : [...before, run].slice(-2)
    );
  const [first, second] = chosen;
  return (
    <>
      <FinishNotebook workbench={workbench} again={again} />
      <EndedAway ended={away} trans={trans} close={told} />
      <Answered answer={answer} again={again} trans={trans}>
        {listed => (
          <>
            {listed.runs.length === 0 && (
              <p className="bc-Note">
                {trans.__('No runs yet. “Run without me” starts one that needs no window.')}
              </p>
            )}
            {first !== undefined && second !== undefined ? (
              <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
                <CompareRuns
                  key={`${first} ${second}`}
                  workbench={workbench}
                  first={first}
                  second={second}
                  close={() => setChosen([])}
                />
              </Suspense>
            ) : (
              first !== undefined && (
                <p className="bc-Note" role="status">
                  {trans.__('Choose one more run to compare it with.')}
                </p>
              )
            )}
            <ul className="bc-Cards">
              {grouped(listed).map(({ sweep, runs: members }) =>
                sweep ? (
                  <SweepCard
                    key={sweep.submission}
                    sweep={sweep}
                    runs={members}
                    workbench={workbench}
                    again={again}
                    chosen={chosen}
                    choose={choose}
                  />
                ) : (
                  members.map(run => (
                    <RunCard
                      key={run.id}
                      run={run}
                      workbench={workbench}
                      again={again}
                      chosen={chosen.includes(run.id)}
                      choose={choose}
                    />
                  ))
                )
              )}
            </ul>
            {listed.more && (
              <button
                className="bc-Button"
                type="button"
                onClick={() => setLimit(before => Math.min(before + A_PAGE, AT_MOST))}
              >
                {trans.__('Show older runs')}
              </button>
            )}
          </>
        )}
      </Answered>
    </>
  );
}

interface IGroup {
  readonly sweep: Sweep | null;
  readonly runs: readonly Run[];
}

/** The runs of each submit together, in the order of the list. */
export function grouped({ runs, sweeps }: Runs): readonly IGroup[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    groups.set(run.submission, [...(groups.get(run.submission) ?? []), run]);
  }
  return [...groups].map(([submission, members]) => ({
    sweep: sweeps.find(sweep => sweep.submission === submission) ?? null,
    runs: members.sort((one, other) => one.id.localeCompare(other.id))
  }));
}

/** The notebook in front goes on as a run, so that the window can be closed. */
function FinishNotebook({ workbench, again }: IListProps): JSX.Element {
  const { trans, runsDesk } = workbench;
  const [busy, reason, start] = useTask();
  const [words, setWords] = useState('');
  return (
    <>
      <div className="bc-Card-actions">
        <button
          className="bc-Button"
          type="button"
          disabled={busy}
          title={trans.__('Saves it and runs all of it from its parameters, without this window')}
          onClick={() =>
            start(async () => {
              setWords('');
              setWords(await runsDesk.finish());
              again();
            })
          }
        >
          {trans.__('Finish this notebook as a run')}
        </button>
      </div>
      {words && (
        <p className="bc-Note" role="status">
          {words}
        </p>
      )}
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </>
  );
}

interface IListProps {
  readonly workbench: IWorkbench;
  readonly again: () => void;
}
