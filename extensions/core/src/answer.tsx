import { useCallback, useEffect, useState } from 'react';
import type { JSX, ReactNode } from 'react';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { explained, LOGGED_OUT, PanelError } from './api';

/** An answer that is awaited, has come, or will not come. */
export type Answer<T> =
  | { readonly state: 'waiting' }
  | { readonly state: 'here'; readonly value: T }
  | { readonly state: 'failed'; readonly reason: string; readonly loggedOut: boolean };

/**
 * What `ask` answers, and a way to ask again.
 *
 * `ask` must be the same function from one render to the next: it is asked anew when it changes.
 */
export function useAnswer<T>(ask: () => Promise<T>): readonly [Answer<T>, () => void] {
  const [answer, setAnswer] = useState<Answer<T>>({ state: 'waiting' });
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let wanted = true;
    ask().then(
      value => wanted && setAnswer({ state: 'here', value }),
      (error: unknown) => {
        const loggedOut = error instanceof PanelError && error.kind === LOGGED_OUT;
        if (wanted) {
          setAnswer({ state: 'failed', reason: explained(error), loggedOut });
        }
      }
    );
    return () => {
      wanted = false;
    };
  }, [ask, asked]);
  return [answer, useCallback(() => setAsked(times => times + 1), [])];
}

interface IAnsweredProps<T> {
  readonly answer: Answer<T>;
  readonly again: () => void;
  readonly trans: TranslationBundle;
  /** What is said meanwhile. */
  readonly waiting?: string;
  readonly children: (value: T) => ReactNode;
}

/** Draws an answer; while there is none, that it is awaited or why it will not come. */
export function Answered<T>(props: IAnsweredProps<T>): JSX.Element {
  const { answer, again, trans, waiting = trans.__('Loading…'), children } = props;
  switch (answer.state) {
    case 'waiting':
      return (
        <p className="bc-Note" role="status">
          {waiting}
        </p>
      );
    case 'failed':
      return (
        <div className="bc-Problem" role="alert">
          <p>{answer.reason}</p>
          {answer.loggedOut && (
            // In a tab of its own: what is not saved here stays, and the server asks for the login.
            <a
              className="bc-Link"
              href={URLExt.join(PageConfig.getBaseUrl(), 'lab')}
              target="_blank"
              rel="noreferrer"
            >
              {trans.__('Log in again')}
            </a>
          )}
          <button className="bc-Button" type="button" onClick={again}>
            {trans.__('Try again')}
          </button>
        </div>
      );
    case 'here':
      return <>{children(answer.value)}</>;
  }
}

/** What does not work now, in the person's way but not across it. */
export function Problems({ problems }: { readonly problems: readonly string[] }): JSX.Element {
  return (
    <>
      {problems.map(problem => (
        <p className="bc-Problem" role="status" key={problem}>
          {problem}
        </p>
      ))}
    </>
  );
}

/** A task of the person's: whether it goes on, and why the last one failed. */
export function useTask(): readonly [boolean, string, (task: () => Promise<void>) => void] {
  const [busy, setBusy] = useState(false);
  const [reason, setReason] = useState('');
  const start = useCallback((task: () => Promise<void>) => {
    setBusy(true);
    setReason('');
    task()
      .catch((error: unknown) => setReason(explained(error)))
      .finally(() => setBusy(false));
  }, []);
  return [busy, reason, start];
}
