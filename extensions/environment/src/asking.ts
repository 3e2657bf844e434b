import { useMemo } from 'react';
import { questionsOf } from '@bluecloud/core';
import type { Box } from '@bluecloud/core';

import type { IQuestions, Place } from './wire';

export const useQuestion = questionsOf<IQuestions>();

/** The box of a place's data. */
export function extentOf({ west, south, east, north }: Place): Box {
  return [west, south, east, north];
}

/** The box that was drawn, or that of all data; the same object until one of them changes. */
export function useRegion(place: Place, box: Box | null): Box {
  return useMemo(() => box ?? extentOf(place), [place, box]);
}

/** The years of a place's data. */
export function yearsOf({ first_day, last_day }: Place): readonly [number, number] {
  return [Number(first_day.slice(0, 4)), Number(last_day.slice(0, 4))];
}

/** The names of the months in the person's language. */
export function monthNames(style: 'narrow' | 'short' | 'long'): readonly string[] {
  const format = new Intl.DateTimeFormat(undefined, { month: style, timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, month) => format.format(Date.UTC(2001, month, 15)));
}
