import type { TranslationBundle } from '@jupyterlab/translation';

import type { Body } from './wire';

/** What images are sorted by. */
export const TRAITS = [
  'esd',
  'major',
  'minor',
  'area',
  'volume',
  'circularity',
  'eccentricity',
  'transparency',
  'mean_grey'
] as const;
export type Trait = (typeof TRAITS)[number];

/** A trait's name. */
export function shownTrait(trait: Trait, trans: TranslationBundle): string {
  switch (trait) {
    case 'esd':
      return trans.__('Diameter');
    case 'major':
      return trans.__('Length');
    case 'minor':
      return trans.__('Width');
    case 'area':
      return trans.__('Area');
    case 'volume':
      return trans.__('Volume');
    case 'circularity':
      return trans.__('Circularity');
    case 'eccentricity':
      return trans.__('Eccentricity');
    case 'transparency':
      return trans.__('Transparency');
    case 'mean_grey':
      return trans.__('Mean grey');
  }
}

/** A trait's unit, after a space; nothing for what has none. */
export function unitOf(trait: Trait, unit: string): string {
  switch (trait) {
    case 'esd':
    case 'major':
    case 'minor':
      return ` ${unit}`;
    case 'area':
      return ` ${unit}²`;
    case 'volume':
      return ` ${unit}³`;
    default:
      return '';
  }
}

/** A trait's name with its unit. */
export function titled(trait: Trait, unit: string, trans: TranslationBundle): string {
  const own = unitOf(trait, unit).trim();
  return own ? `${shownTrait(trait, trans)} (${own})` : shownTrait(trait, trans);
}

/** The bodies from much to little of a trait, or the other way round. */
export function sortedBy(bodies: readonly Body[], trait: Trait, down: boolean): readonly Body[] {
  const way = down ? -1 : 1;
  return [...bodies].sort((a, b) => way * (a[trait] - b[trait]));
}
