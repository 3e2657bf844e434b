import { defineLaboratory, questionsView } from '@bluecloud/core';

/** What most people change of this laboratory's analyses. */
const MAIN = [
  'entry',
  'eps_m',
  'min_cages',
  'species',
  'method',
  'pfa',
  'persistence',
  'index',
  'max_deviation_db',
  'logic',
  'suitable',
  'tgc',
  'warm_c',
  'depth_m',
  'threshold'
];

export default defineLaboratory({
  slug: 'aquaculture',
  label: trans => trans.__('Farms'),
  createView: workbench => questionsView(workbench, MAIN)
});
