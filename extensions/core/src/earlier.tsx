import { useCallback, useEffect } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { bytes, duration, spread } from './amounts';
import { useAnswer } from './answer';
import type { IWorkbench } from './tokens';
import type { Earlier } from './wire';

const WHILE_SOME_GO_ON_MS = 5_000;

interface IEarlierRunsProps {
  readonly workbench: IWorkbench;
  readonly analysis: string;
  /** How often it was submitted here: each time they are asked for anew. */
  readonly submits: number;
}

/** What the person's earlier runs of an analysis took, so that they know what they ask for. */
export function EarlierRuns({ workbench, analysis, submits }: IEarlierRunsProps): JSX.Element {
  const { runsDesk, trans } = workbench;
  const [answer, again] = useAnswer(
    useCallback(() => runsDesk.earlier(analysis), [runsDesk, analysis, submits])
  );
  const going = answer.state === 'here' && answer.value.going > 0;
  useEffect(() => {
    const timer = going ? setInterval(again, WHILE_SOME_GO_ON_MS) : undefined;
    return () => clearInterval(timer);
  }, [again, going]);
  if (answer.state !== 'here') {
    return <></>; // the form is of use without
  }
  return <p className="bc-Note">{earlierInWords(answer.value, trans)}</p>;
}

/** How long earlier runs took, what they held of memory and what they left. */
export function earlierInWords(earlier: Earlier, trans: TranslationBundle): string {
  const { runs, going, seconds, memory_bytes: memory, output_bytes: left } = earlier;
  const now = going > 0 ? ` ${trans._n('%1 goes on now.', '%1 go on now.', going)}` : '';
  if (runs === 0) {
    return going > 0
      ? trans.__('No earlier run of yours has succeeded yet.') + now
      : trans.__('No earlier run of yours.');
  }
  const told = [
    seconds && spread(seconds, each => duration(each, trans)),
    memory && trans.__('%1 of memory', spread(memory, bytes)),
    left && trans.__('%1 of files', spread(left, bytes))
  ].filter(each => each !== null);
  if (told.length === 0) {
    return trans._n('%1 earlier run of yours.', '%1 earlier runs of yours.', runs) + now;
  }
  const one = '%1 earlier run of yours: %2.';
  const more = '%1 earlier runs of yours: %2.';
  return trans._n(one, more, runs, told.join('; ')) + now;
}
