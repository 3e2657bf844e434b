/** What a form asks of values beyond their schemas: that none is missing, and that they are in order. */
import type { FormValidation, RJSFSchema, UiSchema } from '@rjsf/utils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { titleOf } from './refusals';
import type { ParameterValues } from './tokens';

type Properties = readonly (readonly [string, RJSFSchema])[];

function propertiesOf(schema: RJSFSchema): Properties {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    typeof property === 'object' ? [[name, property] as const] : []
  );
}

function types({ type }: RJSFSchema): readonly unknown[] {
  return Array.isArray(type) ? type : [type];
}

/** Whether an empty text is a value of the parameter, and not that it has none. */
function mayBeEmpty(name: string, property: RJSFSchema, schema: RJSFSchema): boolean {
  if (property.type !== 'string' || property.enum || property.format === 'date') {
    return false;
  }
  const { minLength = 0, pattern } = property;
  const refused = minLength > 0 || (pattern !== undefined && !matchesNothing(pattern));
  // An analysis writes into a folder that has a name; the service says so too.
  return !refused && !schema.required?.includes(name) && name !== 'out_dir';
}

function matchesNothing(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').test('');
  } catch {
    return true; // another engine's: the service says what it allows
  }
}

/** What an emptied field has: an empty text or null where the parameter may be that. */
export function emptied(schema: RJSFSchema): UiSchema<ParameterValues> {
  const told: [string, object][] = [];
  for (const [name, property] of propertiesOf(schema)) {
    if (types(property).includes('null')) {
      told.push([name, { 'ui:emptyValue': null }]);
    } else if (mayBeEmpty(name, property, schema)) {
      told.push([name, { 'ui:emptyValue': '' }]);
    }
  }
  return Object.fromEntries(told);
}

/**
 * Say which values are missing or out of order, but for those that are swept.
 *
 * A field that was emptied is not run with the notebook's default, which nobody sees any more.
 */
export function heldToRules(
  values: ParameterValues,
  errors: FormValidation<ParameterValues>,
  schema: RJSFSchema,
  swept: readonly string[],
  trans: TranslationBundle
): FormValidation<ParameterValues> {
  for (const [name, property] of propertiesOf(schema)) {
    const value: unknown = values[name];
    if (swept.includes(name)) {
      continue;
    }
    const say = (words: string): void => errors[name]?.addError(words);
    const asked = !schema.required?.includes(name) && property.default !== undefined;
    if (asked && value === undefined && !types(property).includes('null')) {
      say(trans.__('required'));
    }
    const other: unknown = property['x-at-most'];
    const most = typeof other === 'string' && !swept.includes(other) ? values[other] : undefined;
    if (typeof other === 'string' && exceeds(value, most)) {
      say(trans.__('must be at most %1, which is %2', titleOf(schema, other), JSON.stringify(most)));
    }
    const items: readonly unknown[] =
      property['x-ascending'] === true && Array.isArray(value) ? value : [];
    const at = items.findIndex((item, place) => exceeds(item, items[place + 1]));
    if (at >= 0) {
      say(trans.__('%1 is more than %2: the smallest comes first', String(items[at]), String(items[at + 1])));
    }
  }
  return errors;
}

function exceeds(one: unknown, other: unknown): boolean {
  return (
    (typeof one === 'number' && typeof other === 'number' && one > other) ||
    (typeof one === 'string' && typeof other === 'string' && one > other)
  );
}
