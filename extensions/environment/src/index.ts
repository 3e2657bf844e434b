import { defineLaboratory } from '@bluecloud/core';

export default defineLaboratory({
  slug: 'environment',
  label: trans => trans.__('Indicators'),
  createView: async workbench => new (await import('./indicators')).IndicatorsView(workbench)
});
