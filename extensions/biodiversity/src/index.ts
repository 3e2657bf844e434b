import { defineLaboratory } from '@bluecloud/core';

export default defineLaboratory({
  slug: 'biodiversity',
  label: trans => trans.__('Products'),
  createView: async workbench => new (await import('./productsView')).ProductsView(workbench)
});
