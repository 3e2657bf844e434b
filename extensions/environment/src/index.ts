import { defineLaboratory, questionsView } from '@bluecloud/core';

/** What most people change of this laboratory's analyses. */
const MAIN = [
  'entry',
  'baseline_first',
  'baseline_last',
  'percentile',
  'cold',
  'confidence',
  'dataset',
  'station',
  'wind_speed',
  'relation',
  'bbox',
  'period',
  'classes',
  'layer_bottoms',
  'criterion',
  'data_file',
  'months',
  'surface',
  'return_period',
  'variable'
];

export default defineLaboratory({
  slug: 'environment',
  label: trans => trans.__('Indicators'),
  createView: workbench => questionsView(workbench, MAIN)
});
