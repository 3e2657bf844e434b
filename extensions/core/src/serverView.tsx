import { useCallback, useEffect, useId, useState } from 'react';
import type { JSX } from 'react';
import { Notification } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Answered, useAnswer, useTask } from './answer';
import { NewRelease } from './newRelease';
import type { IRunning, IWorkbench } from './tokens';
import type { ServerState, Use } from './wire';

const EVERY_MS = 5_000;
const SOON_S = 600;
const GIB = 2 ** 30;

/** What the person's server uses of its limits, what runs in it, and when it would be stopped. */
export class ServerView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
    this.title.label = _workbench.trans.__('Server');
  }

  protected render(): JSX.Element {
    // Asked while it is looked at: who looks elsewhere pays nothing, and is no activity.
    const isSeen = (): boolean => this.isVisible && document.visibilityState === 'visible';
    return <Server workbench={this._workbench} isSeen={isSeen} />;
  }
}

interface IServerProps {
  readonly workbench: IWorkbench;
  readonly isSeen: () => boolean;
}

function Server({ workbench, isSeen }: IServerProps): JSX.Element {
  const { trans } = workbench;
  const [answer, again] = useAnswer(useCallback(() => workbench.server(), [workbench]));
  const [now, setNow] = useState(Date.now());
  const [told, setTold] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
      if (isSeen()) {
        again();
      }
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [again, isSeen]);
  const state = answer.state === 'here' ? answer.value : null;
  const left = state ? secondsLeft(state, now) : null;
  useEffect(() => {
    if (left !== null && left < SOON_S && !told) {
      setTold(true);
      Notification.warning(trans.__('This laboratory will be stopped %1.', inWords(left, trans)), {
        autoClose: false,
        actions: [{ label: trans.__('Keep it'), callback: () => void workbench.keepServer() }]
      });
    } else if (left !== null && left >= SOON_S && told) {
      setTold(false);
    }
  }, [left, told, trans, workbench]);
  return (
    <>
      {/* Drawn anew with the meters, so that what was saved meanwhile is told no more. */}
      <NewRelease workbench={workbench} />
      <Answered answer={answer} again={again} trans={trans}>
        {server => (
          <>
            <Meter
              name={trans.__('Memory')}
              use={server.memory}
              told={`${bytes(server.memory.used)} / ${bytes(server.memory.limit)}`}
              trans={trans}
            />
            <Meter
              name={trans.__('Processors')}
              use={server.processor}
              told={`${server.processor.used.toFixed(1)} / ${server.processor.limit}`}
              trans={trans}
            />
            <Meter
              name={trans.__('Home')}
              use={server.home}
              told={`${bytes(server.home.used)} / ${bytes(server.home.limit)}`}
              trans={trans}
            />
            {server.is_rescued && (
              <p className="bc-Note" role="alert">
                {trans.__(
                  'Your home had no room left when this laboratory was started. Delete files, which is for good here and not into the trash; then stop the laboratory and start it again.'
                )}
              </p>
            )}
            {!server.home.is_shared && server.home.used > server.home.limit && (
              <p className="bc-Problem" role="note">
                {trans.__(
                  'Your home holds more than it should. Delete what you need no longer, which is for good; the page of all laboratories says from when on no runs are taken.'
                )}
              </p>
            )}
            <Stopping server={server} left={left} workbench={workbench} again={again} />
            <RunningList workbench={workbench} />
          </>
        )}
      </Answered>
    </>
  );
}

interface IMeterProps {
  readonly name: string;
  readonly use: Use;
  readonly told: string;
  readonly trans: TranslationBundle;
}

function Meter({ name, use, told, trans }: IMeterProps): JSX.Element {
  const id = useId();
  return (
    <div className="bc-Meter">
      <label className="bc-Field-label" htmlFor={id}>
        {name}
      </label>
      <meter
        id={id}
        className="bc-Meter-bar"
        min={0}
        max={use.limit}
        high={use.limit * 0.85}
        value={Math.min(use.used, use.limit)}
      >
        {told}
      </meter>
      <span className="bc-Meter-told">
        {told} {use.is_shared && <span className="bc-Note">{trans.__('shared with others')}</span>}
      </span>
    </div>
  );
}

interface IStoppingProps {
  readonly server: ServerState;
  readonly left: number | null;
  readonly workbench: IWorkbench;
  readonly again: () => void;
}

function Stopping({ server, left, workbench, again }: IStoppingProps): JSX.Element {
  const { trans } = workbench;
  const [busy, reason, start] = useTask();
  if (left === null) {
    return <p className="bc-Note">{trans.__('It is not stopped for being idle.')}</p>;
  }
  return (
    <section aria-label={trans.__('Stop for being idle')}>
      <p className={left < SOON_S ? 'bc-Problem' : 'bc-Card-text'}>
        {trans.__('If nothing happens it is stopped %1.', inWords(left, trans))}
      </p>
      <p className="bc-Note">
        {trans.__(
          'After %1 minutes without activity. A window that is open and looked at is activity, and so is a kernel that computes; runs of the deployment go on without.',
          Math.round(server.idle_s / 60)
        )}
      </p>
      <button
        className="bc-Button"
        type="button"
        disabled={busy}
        onClick={() =>
          start(async () => {
            await workbench.keepServer();
            again();
          })
        }
      >
        {trans.__('Keep it')}
      </button>
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </section>
  );
}

/** What runs: each can be gone to and ended. */
function RunningList({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const [running, setRunning] = useState<readonly IRunning[]>(workbench.running());
  useEffect(() => {
    const refresh = (): void => setRunning(workbench.running());
    const timer = setInterval(refresh, EVERY_MS);
    refresh();
    return () => clearInterval(timer);
  }, [workbench]);
  return (
    <section aria-label={trans.__('What runs')}>
      <h3 className="bc-Card-title">{trans.__('What runs')}</h3>
      {running.length === 0 && <p className="bc-Note">{trans.__('Nothing runs.')}</p>}
      <ul className="bc-Cards">
        {running.map(one => (
          <li className="bc-Card" key={one.id}>
            <p className="bc-Card-text" id={`bc-running-${one.id}`}>
              {one.name} {one.state && <span className="bc-Note">{one.state}</span>}
            </p>
            <div className="bc-Card-actions">
              <button
                className="bc-Button"
                type="button"
                aria-describedby={`bc-running-${one.id}`}
                onClick={() => {
                  setRunning(running.filter(other => other !== one));
                  void one.end();
                }}
              >
                {trans.__('Shut down')}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** How long the server has if nothing happens, in seconds; null where it is not stopped. */
export function secondsLeft({ stops_at: stopsAt }: ServerState, now: number): number | null {
  return stopsAt === null ? null : Math.max(Math.round((Date.parse(stopsAt) - now) / 1000), 0);
}

function inWords(seconds: number, trans: TranslationBundle): string {
  const minutes = Math.floor(seconds / 60);
  return minutes > 0
    ? trans._n('in %1 minute', 'in %1 minutes', minutes)
    : trans._n('in %1 second', 'in %1 seconds', seconds);
}

function bytes(number: number): string {
  return `${(number / GIB).toFixed(number < GIB ? 2 : 1)} GiB`;
}
