import { questionsOf } from '@bluecloud/core';

import type { Choices, IQuestions } from './wire';

/** Asks a question of this laboratory's view. */
export const useQuestion = questionsOf<IQuestions>();

export type DataSet = Choices['data'];

/** What the person has chosen; the map and the series follow from it. */
export interface IChosen {
  readonly taxon: string;
  readonly firstYear: number;
  readonly lastYear: number;
  /** 1 to 12; null is the whole year. */
  readonly month: number | null;
  readonly lengthKm: number;
  /** Variance of a sample's error over that of the field. */
  readonly epsilon2: number;
  /** Cells with a larger relative error are not shown; 1 shows all. */
  readonly errorMax: number;
}
