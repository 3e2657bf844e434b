/** What is said of values that are not allowed, and where. */
import type { ErrorSchema, RJSFSchema, RJSFValidationError } from '@rjsf/utils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { PanelError } from './api';
import { readable } from './readable';
import type { ParameterValues } from './tokens';

/** What is wrong with values, beside the fields that have them. */
export function besideFields(fields: PanelError['fields']): ErrorSchema<ParameterValues> {
  const told = fields.map(({ field, error, allowed }) => [
    field,
    { __errors: [allowed ? `${error}: ${allowed}` : error] }
  ]);
  return Object.fromEntries(told) as ErrorSchema<ParameterValues>;
}

/** What a parameter is called. */
export function titleOf(schema: RJSFSchema, name: string): string {
  const property = schema.properties?.[name];
  return (typeof property === 'object' ? property.title : undefined) ?? readable(name);
}

/** Bring the first refused field into sight, and the person to it. */
export function focusRefused(form: HTMLElement | null): void {
  const field = form?.querySelector('.bc-mod-refused');
  field?.closest('details')?.setAttribute('open', '');
  // Of a list, the item that is refused and not the first one.
  const item = field?.querySelector('.bc-mod-refused') ?? field;
  item?.querySelector<HTMLElement>('input, select, textarea, button')?.focus();
}

/** Where in the values an error lies: the parameter's name, then the places in it. */
export function pathOf(error: RJSFValidationError): readonly string[] {
  return (error.property ?? '').split('.').filter(Boolean);
}

/** The validator's words with what is allowed, where it does not say it, or not all of it. */
export function inWords(
  error: RJSFValidationError,
  schema: RJSFSchema,
  trans: TranslationBundle
): RJSFValidationError {
  const params = error.params as { allowedValues?: unknown[] } | undefined;
  const allowed = params?.allowedValues;
  if (allowed) {
    return { ...error, message: trans.__('must be one of: %1', allowed.join(', ')) };
  }
  if (error.name === 'required') {
    return { ...error, message: trans.__('required') };
  }
  if (!BOUNDS.has(error.name ?? '')) {
    return error;
  }
  const bounds = boundsInWords(schemaAt(schema, pathOf(error)), trans);
  return bounds.length ? { ...error, message: trans.__('must be %1', bounds) } : error;
}

const BOUNDS = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']);

/** The schema of one value within the values; an empty one if it is not told plainly. */
function schemaAt(schema: RJSFSchema, path: readonly string[]): RJSFSchema {
  return path.reduce<RJSFSchema>((outer, step) => {
    const { items } = outer;
    const inner = outer.properties?.[step] ?? (Array.isArray(items) ? items[Number(step)] : items);
    return typeof inner === 'object' && !Array.isArray(inner) ? inner : {};
  }, schema);
}

/** What a number must be, as its schema has it. */
export function boundsInWords(schema: RJSFSchema, trans: TranslationBundle): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const told = [
    minimum !== undefined && trans.__('at least %1', minimum),
    exclusiveMinimum !== undefined && trans.__('more than %1', exclusiveMinimum),
    maximum !== undefined && trans.__('at most %1', maximum),
    exclusiveMaximum !== undefined && trans.__('less than %1', exclusiveMaximum)
  ].filter(words => words !== false);
  return told.join(trans.__(' and '));
}
