import { useEffect, useState } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { explained } from './api';
import type { IWorkbench } from './tokens';
import type { SourceState } from './wire';

const WHILE_ASKED_MS = 1_000;

interface ISourceChipsProps {
  readonly workbench: IWorkbench;
  readonly chosen: readonly string[];
  readonly onToggle: (source: string) => void;
}

/** The sources with how they are now; those that are pressed are searched alone. */
export function SourceChips({ workbench, chosen, onToggle }: ISourceChipsProps): JSX.Element {
  const { trans } = workbench;
  const [sources, setSources] = useState<readonly SourceState[]>([]);
  const [reason, setReason] = useState('');
  useEffect(() => {
    let timer = 0;
    let wanted = true;
    const ask = (): void => {
      workbench.sources().then(
        answer => {
          if (wanted) {
            setSources(answer.sources);
            if (answer.sources.some(source => source.state === 'asking')) {
              timer = window.setTimeout(ask, WHILE_ASKED_MS);
            }
          }
        },
        (error: unknown) => wanted && setReason(explained(error))
      );
    };
    ask();
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [workbench]);
  if (reason) {
    return (
      <p className="bc-Problem" role="status">
        {reason}
      </p>
    );
  }
  const cutOff = isCutOff(sources);
  return (
    <>
      {cutOff && (
        <p className="bc-Note" role="status">
          {trans.__('No internet: nothing beyond this deployment is reached.')}
        </p>
      )}
      <div className="bc-Chips" role="group" aria-label={trans.__('Sources')}>
        {sources.map(({ source, title, state, words }) => {
          const said = !(cutOff && state === 'down'); // else once for all
          return (
            <button
              className={said ? `bc-Chip bc-mod-${state}` : 'bc-Chip'}
              type="button"
              key={source}
              aria-pressed={chosen.includes(source)}
              title={said ? words : undefined}
              onClick={() => onToggle(source)}
            >
              {title}
              {said && <span className="bc-Chip-state"> {stateInWords(state, trans)}</span>}
            </button>
          );
        })}
      </div>
    </>
  );
}

/** Whether of several sources none is reached; what is here or kept here needs no reaching. */
function isCutOff(sources: readonly SourceState[]): boolean {
  const asked = sources.filter(({ state }) => state !== 'snapshot' && state !== 'sample');
  return asked.length > 1 && asked.every(({ state }) => state === 'down');
}

function stateInWords(state: SourceState['state'], trans: TranslationBundle): string {
  switch (state) {
    case 'asking':
      return '…';
    case 'ok':
      return trans.__('ok');
    case 'slow':
      return trans.__('slow');
    case 'down':
      return trans.__('down');
    case 'login':
      return trans.__('needs login');
    case 'snapshot':
      return trans.__('snapshot');
    case 'sample':
      return trans.__('sample');
  }
}
