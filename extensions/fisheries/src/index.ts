import { defineLaboratory } from '@bluecloud/core';

export default defineLaboratory({
  slug: 'fisheries',
  label: trans => trans.__('Scales'),
  createView: async workbench => new (await import('./scalesView')).ScalesView(workbench)
});
