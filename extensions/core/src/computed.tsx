import { useCallback, useEffect, useState } from 'react';
import type { JSX, ReactNode } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { PanelError, explained } from './api';
import type { IWorkbench } from './tokens';
import type { Origin } from './viewWire';

/** What is known of a question: the last answer stays while the next one is computed. */
export interface IComputed<T> {
  readonly value: T | null;
  readonly busy: boolean;
  /** Why the last question has no answer. */
  readonly reason: string;
  readonly again: () => void;
}

/** So long a control has to rest before its value is asked about, in ms. */
const REST_MS = 150;

/**
 * The hook that asks the questions of a view: `const useQuestion = questionsOf<IQuestions>()`, with
 * the generated `IQuestions` of the laboratory's `wire.ts`.
 *
 * Null asks nothing.
 */
export function questionsOf<Questions extends { [Name in keyof Questions]: readonly [object, object] }>() {
  return function useQuestion<Name extends keyof Questions & string>(
    workbench: IWorkbench,
    name: Name,
    asked: Questions[Name][0] | null
  ): IComputed<Questions[Name][1]> {
    const [value, setValue] = useState<Questions[Name][1] | null>(null);
    const [busy, setBusy] = useState(asked !== null);
    const [reason, setReason] = useState('');
    const [times, setTimes] = useState(0);
    const text = JSON.stringify(asked);
    useEffect(() => {
      if (text === 'null') {
        setBusy(false);
        return;
      }
      let wanted = true;
      setBusy(true);
      const timer = setTimeout(() => {
        workbench.compute(name, JSON.parse(text) as object).then(
          answer => {
            if (wanted) {
              setValue(answer as Questions[Name][1]); // the generated types meet the wire
              setReason('');
              setBusy(false);
            }
          },
          (error: unknown) => {
            if (wanted && !(error instanceof PanelError && error.kind === 'Superseded')) {
              setReason(explained(error));
              setBusy(false);
            }
          }
        );
      }, REST_MS);
      return () => {
        wanted = false;
        clearTimeout(timer);
      };
    }, [workbench, name, text, times]);
    return { value, busy, reason, again: useCallback(() => setTimes(number => number + 1), []) };
  };
}

interface IComputedProps<T> {
  readonly computed: IComputed<T>;
  readonly trans: TranslationBundle;
  readonly children: (value: T) => ReactNode;
}

/** Draws what was computed, and over it what goes on or went wrong. */
export function Computed<T>({ computed, trans, children }: IComputedProps<T>): JSX.Element {
  const { value, busy, reason, again } = computed;
  return (
    <div className="bc-Computed" aria-busy={busy}>
      <p className="bc-Note bc-Computed-state" role="status">
        {busy ? trans.__('Computing…') : ''}
      </p>
      {reason && !busy && (
        <div className="bc-Problem" role="alert">
          <p>{reason}</p>
          <button className="bc-Button" type="button" onClick={again}>
            {trans.__('Try again')}
          </button>
        </div>
      )}
      {value !== null && <div className={reason ? 'bc-mod-stale' : ''}>{children(value)}</div>}
    </div>
  );
}

interface IOriginProps {
  readonly origin: Origin;
  readonly trans: TranslationBundle;
}

/** Where data come from, and above all whether they are made up. */
export function OriginNote({ origin, trans }: IOriginProps): JSX.Element {
  return (
    <>
      {origin.synthetic && (
        <p className="bc-Badges">
          <span className="bc-Badge bc-mod-warns">{trans.__('synthetic data')}</span>{' '}
          {trans.__('Made up: good to try things, not to find things.')}
        </p>
      )}
      <details className="bc-More">
        <summary>{trans.__('Data: %1', origin.titles.join('; '))}</summary>
        <ul>
          {origin.citations.map(citation => (
            <li key={citation}>{citation}</li>
          ))}
        </ul>
      </details>
    </>
  );
}
