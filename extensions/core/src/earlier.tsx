import { useCallback } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { bytes, duration, spread } from './amounts';
import { useAnswer } from './answer';
import type { IWorkbench } from './tokens';
import type { Earlier } from './wire';

interface IEarlierRunsProps {
  readonly workbench: IWorkbench;
  readonly analysis: string;
}

/** What the person's earlier runs of an analysis took, so that they know what they ask for. */
export function EarlierRuns({ workbench, analysis }: IEarlierRunsProps): JSX.Element {
  const { runsDesk, trans } = workbench;
  const [answer] = useAnswer(useCallback(() => runsDesk.earlier(analysis), [runsDesk, analysis]));
  if (answer.state !== 'here') {
    return <></>; // the form is of use without
  }
  return <p className="bc-Note">{earlierInWords(answer.value, trans)}</p>;
}

/** How long earlier runs took, what they held of memory and what they left. */
export function earlierInWords(earlier: Earlier, trans: TranslationBundle): string {
  const { runs, seconds, memory_bytes: memory, output_bytes: left } = earlier;
  if (runs === 0) {
    return trans.__('No earlier run of yours.');
  }
  const told = [
    seconds && spread(seconds, each => duration(each, trans)),
    memory && trans.__('%1 of memory', spread(memory, bytes)),
    left && trans.__('%1 of files', spread(left, bytes))
  ].filter(each => each !== null);
  return trans._n('%1 earlier run of yours: %2.', '%1 earlier runs of yours: %2.', runs, told.join('; '));
}
