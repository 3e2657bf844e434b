import type { ParameterValues } from '@bluecloud/core';

import type { IChosen } from './questions';
import type { Choices } from './wire';

const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** The parameters of `zooplankton_map.ipynb`; null where it does not read the data set. */
export function notebookValues(choices: Choices, chosen: IChosen): ParameterValues | null {
  if (choices.data !== 'obis_measurements') {
    return null;
  }
  return {
    entry: choices.data,
    taxon: chosen.taxon,
    bbox: choices.bbox,
    years: [chosen.firstYear, chosen.lastYear],
    months: chosen.month === null ? MONTHS : [chosen.month],
    resolution: choices.cell,
    corr_length: chosen.lengthKm,
    epsilon2: chosen.epsilon2,
    error_max: Math.min(chosen.errorMax, 0.95)
  };
}

/** A cell that makes the map that is shown. */
export function mapCell(choices: Choices, chosen: IChosen): string {
  const { data, bbox, cell } = choices;
  const month = chosen.month === null ? 'None' : String(chosen.month);
  const asked = [
    `data=${JSON.stringify(data)}`,
    `taxon=${JSON.stringify(chosen.taxon)}`,
    `first_year=${chosen.firstYear}`,
    `last_year=${chosen.lastYear}`,
    `month=${month}`
  ];
  return [
    'import bluecloud_catalogs',
    'from bluecloud_routines import biodiversity',
    'from bluecloud_views.biodiversity.samples import SamplesAsked, samples',
    '',
    `bbox = ${JSON.stringify(bbox)}  # west, south, east, north, degrees`,
    `observations = samples(SamplesAsked(${asked.join(', ')}))`,
    'land = bluecloud_catalogs.land(bbox)',
    `sea = biodiversity.sea_mask(land.geometry, bbox=bbox, resolution=${cell})`,
    'abundance = biodiversity.zooplankton_map(',
    '    observations,',
    '    sea,',
    `    corr_length_km=${chosen.lengthKm},`,
    `    epsilon2=${chosen.epsilon2},`,
    `    taxon=${JSON.stringify(chosen.taxon)},`,
    ')',
    'abundance'
  ].join('\n');
}
