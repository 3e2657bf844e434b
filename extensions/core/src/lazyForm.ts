import { lazy } from 'react';

/** `parameterForm.ParameterForm`, fetched when first drawn: it carries a schema validator. */
export const ParameterForm = lazy(async () => ({
  default: (await import('./parameterForm')).ParameterForm
}));
