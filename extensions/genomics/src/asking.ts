import { questionsOf } from '@bluecloud/core';

import type { IQuestions, Station } from './wire';

export const useQuestion = questionsOf<IQuestions>();

/** What a station is called: several may be of one place, at other depths. */
export function nameOf({ name, depth }: Station): string {
  return depth === null ? name : `${name}, ${depth} m`;
}
