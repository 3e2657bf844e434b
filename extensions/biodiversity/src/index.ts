import { defineLaboratory, questionsView } from '@bluecloud/core';

/** What most people change of this laboratory's analyses. */
const MAIN = [
  'entry',
  'taxon',
  'bbox',
  'years',
  'months',
  'corr_length',
  'epsilon2',
  'station_file',
  'region',
  'n_members',
  'din',
  'cell_size',
  'min_samples',
  'reference',
  'surface_file',
  'month',
  'match',
  'chlorophyll_file',
  'method',
  'threshold',
  'first_month'
];

export default defineLaboratory({
  slug: 'biodiversity',
  label: trans => trans.__('Products'),
  createView: workbench => questionsView(workbench, MAIN)
});
