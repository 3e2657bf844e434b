import { defineLaboratory, questionsView } from '@bluecloud/core';

/** What most people change of this laboratory's analyses. */
const MAIN = [
  'entry',
  'species',
  'gear',
  'year_first',
  'year_last',
  'resolutions',
  'files',
  'gears',
  'least_coverage',
  'stock_file',
  'resilience',
  'start',
  'end',
  'lengths_file',
  'class_width',
  'linf',
  'k',
  'growth_k',
  'natural_mortality',
  'age_caught',
  'fishing_now'
];

export default defineLaboratory({
  slug: 'fisheries',
  label: trans => trans.__('Scales'),
  createView: workbench => questionsView(workbench, MAIN)
});
