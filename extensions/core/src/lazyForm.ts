import { lazy } from 'react';
import type { Widget } from '@lumino/widgets';

import type { IWorkbench } from './tokens';

/** `parameterForm.ParameterForm`, fetched when first drawn: it carries a schema validator. */
export const ParameterForm = lazy(async () => ({
  default: (await import('./parameterForm')).ParameterForm
}));

/** `questionsView.Questions`, for a view that has them below its own: to be drawn below a `Suspense`. */
export const Questions = lazy(async () => ({ default: (await import('./questionsView')).Questions }));

/** `questionsView.QuestionsView`, fetched when first shown: a laboratory's analyses as questions. */
export async function questionsView(
  workbench: IWorkbench,
  main: readonly string[]
): Promise<Widget> {
  return new (await import('./questionsView')).QuestionsView(workbench, main);
}
