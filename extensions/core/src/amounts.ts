/** Times and sizes as one says them. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Spread } from './wire';

/** So long, in the two units that matter. */
export function duration(seconds: number, trans: TranslationBundle): string {
  if (seconds < 10) {
    return trans.__('%1 s', Number(seconds.toFixed(1)));
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return trans.__('%1 s', whole);
  }
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0
    ? trans.__('%1 h %2 min', hours, minutes)
    : trans.__('%1 min %2 s', minutes, whole % 60);
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** So many bytes. */
export function bytes(count: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), UNITS.length - 1);
  return `${Number((count / 1000 ** step).toPrecision(3))} ${UNITS[step] ?? ''}`;
}

/** The middle of some numbers, and their ends where they are not the same. */
export function spread(numbers: Spread, told: (number: number) => string): string {
  const [median, least, most] = [numbers.median, numbers.least, numbers.most].map(told);
  return least === most ? `${median}` : `${median} (${least} – ${most})`;
}
