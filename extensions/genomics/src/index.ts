import { defineLaboratory } from '@bluecloud/core';

export default defineLaboratory({
  slug: 'genomics',
  label: trans => trans.__('Communities'),
  createView: async workbench => new (await import('./planktonView')).PlanktonView(workbench)
});
