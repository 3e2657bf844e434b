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
