import { questionsOf } from '@bluecloud/core';

import type { CatchAsked, IQuestions, StockAsked } from './wire';

/** Asks a question of this laboratory's view. */
export const useQuestion = questionsOf<IQuestions>();

/** What the person has chosen; maps and statistics follow from it. */
export type CatchChosen = Required<CatchAsked>;

export type StockChosen = Required<StockAsked>;

/** What the notebook of stocks calls the catches of the atlas. */
export const NOMINAL = 'tuna_atlas_nominal_catch';
