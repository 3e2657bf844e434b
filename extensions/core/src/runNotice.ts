/**
 * The notice of runs that failed: one, that goes by itself.
 *
 * JupyterLab cuts a message at 140 characters, unseen. What would be cut is not said in the
 * notice: its button leads to the run in the list, where the cause stands in whole.
 */
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { cardId } from './runCard';
import { changedShort } from './runWords';
import type { IWorkbench } from './tokens';
import type { Run } from './wire';

/** So long a notice stays, in milliseconds; one that is pointed at stays. */
const STAYS_MS = 20_000;
/** As much as JupyterLab shows of a message, in characters. */
const FITS = 140;

/** Tells of failed runs: those that fail while a notice stays are told in one with it. */
export class FailureNotice {
  constructor(private readonly _workbench: IWorkbench) {}

  tell(failed: readonly Run[], now = Date.now()): void {
    const [first] = failed;
    if (!first) {
      return;
    }
    const kept = now - this._since < STAYS_MS ? this._told : [];
    this._told = [...kept, ...failed];
    this._since = now;
    if (this._id !== null) {
      Notification.dismiss(this._id);
    }
    const { trans } = this._workbench;
    this._id = Notification.error(failuresInWords(this._told, trans), {
      autoClose: STAYS_MS,
      actions: [
        {
          label: this._told.length > 1 ? trans.__('Show the runs') : trans.__('Show the run'),
          callback: () => void this._workbench.showRuns().then(() => leadTo(first.id))
        }
      ]
    });
  }

  private _id: string | null = null;
  private _told: readonly Run[] = [];
  private _since = -Infinity;
}

/** Which runs failed, and of a single one why, as far as it fits without being cut. */
export function failuresInWords(failed: readonly Run[], trans: TranslationBundle): string {
  const names = failed.map(run => [run.title, changedShort(run)].filter(Boolean).join(': '));
  const [first] = failed;
  const longest =
    failed.length === 1 && first
      ? [
          trans.__('%1 failed. %2 %3', names[0], first.words, first.next_step).trim(),
          trans.__('%1 failed. %2', names[0], first.words).trim(),
          trans.__('%1 failed. Why is with it in the list of runs.', names[0]),
          trans.__('%1 failed. Why is with it in the list of runs.', first.title)
        ]
      : [trans.__('%1 runs failed: %2.', failed.length, names.join('; '))];
  return (
    longest.find(words => words.length <= FITS) ??
    trans._n(
      '%1 run failed. Why is with it in the list of runs.',
      '%1 runs failed. Why is with each in the list of runs.',
      failed.length
    )
  );
}

/** Bring the card of a run into sight, and the keyboard to it. */
export function leadTo(run: string): void {
  const card = document.getElementById(cardId(run));
  const fold = card?.closest('details');
  if (fold) {
    fold.open = true;
  }
  card?.scrollIntoView({ block: 'nearest' });
  card?.focus();
}
