/** What is said of a run. */
import type { TranslationBundle } from '@jupyterlab/translation';

import { duration } from './amounts';
import type { Run } from './wire';

/** Whether a run has not come to its end. */
export function goesOn({ state }: Run): boolean {
  return state === 'queued' || state === 'starting' || state === 'running';
}

/** A run's state, where it is and how long it takes, at a moment in milliseconds. */
export function stateInWords(run: Run, now: number, trans: TranslationBundle): string {
  const took = secondsOf(run, now);
  const since = took === null ? '' : duration(took, trans);
  switch (run.state) {
    case 'queued':
      return run.position === null
        ? trans.__('Waits')
        : trans.__('Waits, number %1 in the queue', run.position);
    case 'starting':
      return trans.__('Starts');
    case 'running': {
      const place = trans.__('Runs: cell %1 of %2', run.cells_done, run.cells);
      return [place, since && trans.__('for %1', since), expectation(run, took, trans)]
        .filter(Boolean)
        .join(', ');
    }
    case 'succeeded':
      return since ? trans.__('Succeeded in %1', since) : trans.__('Succeeded');
    case 'failed':
      return since ? trans.__('Failed after %1', since) : trans.__('Failed');
    case 'cancelled':
      return trans.__('Cancelled');
  }
}

/** How long a run took, or has taken until now; null if it was never started. */
export function secondsOf({ started, ended }: Run, now: number): number | null {
  if (!started) {
    return null;
  }
  const end = ended ? Date.parse(ended) : now;
  return Math.max(0, (end - Date.parse(started)) / 1000);
}

function expectation(run: Run, took: number | null, trans: TranslationBundle): string {
  if (run.expected_s === null) {
    return '';
  }
  const expected = duration(run.expected_s, trans);
  return took !== null && took > run.expected_s
    ? trans.__('longer than the usual %1', expected)
    : trans.__('usually %1', expected);
}

/** The values by which a run of a sweep differs from the others: percentile 95, years 1991, 2000. */
export function variedInWords({ varied }: Run): string {
  return Object.entries(varied)
    .map(([name, value]) => `${name} ${valueInWords(value)}`)
    .join('; ');
}

/** A parameter's value, as one reads it. */
export function valueInWords(value: unknown): string {
  if (value === undefined) {
    return '–';
  }
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

/** What fits on a card, in characters. */
const ON_A_CARD = 72;

/** The parameters that are not the notebook's defaults: confidence 0.9 · year 2010. */
export function changedInWords({ changed }: Run): string {
  return Object.entries(changed)
    .map(([name, value]) => `${name} ${value}`)
    .join(' · ');
}

/** The same, as far as it fits on a card; cut between two parameters where that is possible. */
export function changedShort(run: Run): string {
  const words = changedInWords(run);
  if (words.length <= ON_A_CARD) {
    return words;
  }
  const cut = words.slice(0, ON_A_CARD - 1);
  const end = cut.lastIndexOf(' · ');
  return `${end > 0 ? cut.slice(0, end + 2) : cut}…`;
}

/** How many runs of a sweep are in each state, those that matter most first. */
export function countsInWords(
  counts: Readonly<Record<string, number>>,
  trans: TranslationBundle
): string {
  const words: readonly (readonly [string, string])[] = [
    ['failed', trans.__('failed')],
    ['running', trans.__('running')],
    ['starting', trans.__('starting')],
    ['queued', trans.__('waiting')],
    ['succeeded', trans.__('succeeded')],
    ['cancelled', trans.__('cancelled')]
  ];
  return words
    .filter(([state]) => (counts[state] ?? 0) > 0)
    .map(([state, word]) => `${counts[state] ?? 0} ${word}`)
    .join(', ');
}
