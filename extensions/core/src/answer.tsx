import { useCallback, useEffect, useState } from 'react';
import type { JSX, ReactNode } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { explained } from './api';

/** An answer that is awaited, has come, or will not come. */
export type Answer<T> =
  | { readonly state: 'waiting' }
  | { readonly state: 'here'; readonly value: T }
  | { readonly state: 'failed'; readonly reason: string };

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
      (error: unknown) => wanted && setAnswer({ state: 'failed', reason: explained(error) })
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
  readonly children: (value: T) => ReactNode;
}

/** Draws an answer; while there is none, that it is awaited or why it will not come. */
export function Answered<T>({ answer, again, trans, children }: IAnsweredProps<T>): JSX.Element {
  switch (answer.state) {
    case 'waiting':
      return (
        <p className="bc-Note" role="status">
          {trans.__('Loading…')}
        </p>
      );
    case 'failed':
      return (
        <div className="bc-Problem" role="alert">
          <p>{answer.reason}</p>
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
