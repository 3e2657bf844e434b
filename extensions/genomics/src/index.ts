import { defineLaboratory, questionsView } from '@bluecloud/core';

/** What most people change of this laboratory's analyses. */
const MAIN = [
  'entry',
  'study',
  'rank',
  'depth',
  'metric',
  'group',
  'permutations',
  'features',
  'features_file',
  'targets',
  'genes_file',
  'asked',
  'exclusivity',
  'min_stations',
  'taxon',
  'bbox',
  'sightings_file',
  'by_visits',
  'images_folder',
  'pixel_um',
  'min_esd_um',
  'keep',
  'groups',
  'bootstraps'
];

export default defineLaboratory({
  slug: 'genomics',
  label: trans => trans.__('Communities'),
  createView: workbench => questionsView(workbench, MAIN)
});
