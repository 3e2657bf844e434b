import { questionsOf } from '@bluecloud/core';

import type { BoxAsked, IQuestions, RadarAsked, SiteAsked } from './wire';

/** Asks a question of this laboratory's view. */
export const useQuestion = questionsOf<IQuestions>();

/** What farms are found in: objects in radar scenes, or boxes drawn around cages. */
export type Kind = 'radar' | 'boxes';

/** Limits of both kinds, as in the curated notebooks. */
export const RADAR: RadarAsked = {
  method: 'ca',
  pfa: 1e-6,
  persistence: 0.5,
  min_area_m2: 200,
  max_area_m2: 250000,
  max_length_m: 2000,
  merge_m: 40,
  within_m: 1000
};

export const BOXES: BoxAsked = {
  year: null,
  eps_m: 50,
  min_cages: 5,
  min_area_m2: 0,
  max_area_m2: 250000,
  within_m: 1000
};

export const SITE: SiteAsked = {
  layer: 'suitability',
  logic: 'fuzzy',
  suitable: 0.7,
  min_depth_m: 20,
  max_depth_m: 100,
  wave_m: 2.5,
  max_rough_percent: 10,
  max_port_km: 25
};
