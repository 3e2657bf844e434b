import { defineLaboratory } from '@bluecloud/core';

export default defineLaboratory({
  slug: 'aquaculture',
  label: trans => trans.__('Farms'),
  createView: async workbench => new (await import('./farmsView')).FarmsView(workbench)
});
