/** A sweep: several values of a parameter, as they are written and as they are run. */
import type { ReadonlyJSONValue } from '@lumino/coreutils';
import { JSONExt } from '@lumino/coreutils';
import type { RJSFSchema } from '@rjsf/utils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { boundsInWords } from './refusals';
import type { SweepValues } from './tokens';

/** What was written or checked for one parameter. */
export interface IWritten {
  readonly text: string;
  readonly chosen: readonly ReadonlyJSONValue[];
}

/** What was written for each parameter that is swept. */
export type Written = Readonly<Record<string, IWritten>>;

/** The values that were meant, or what is wrong with them. */
export interface IMeant {
  readonly values: readonly ReadonlyJSONValue[];
  readonly problem: string;
}

/** What is run: the values of each parameter, how many runs that makes, what is wrong. */
export interface ISweep {
  readonly values: SweepValues;
  readonly count: number;
  readonly problems: Readonly<Record<string, string>>;
}

export interface IChoice {
  readonly value: ReadonlyJSONValue;
  readonly label: string;
}

/** What a parameter can be chosen from; null where its values are written. */
export function choicesOf(schema: RJSFSchema, trans: TranslationBundle): readonly IChoice[] | null {
  if (schema.type === 'boolean') {
    return [
      { value: true, label: trans.__('yes') },
      { value: false, label: trans.__('no') }
    ];
  }
  if (schema.enum) {
    return schema.enum.map(value => ({
      value: value,
      label: typeof value === 'string' ? value || trans.__('none') : JSON.stringify(value)
    }));
  }
  const named = schema.oneOf?.flatMap(one =>
    typeof one === 'object' && one.const !== undefined
      ? [{ value: one.const, label: one.title ?? JSON.stringify(one.const) }]
      : []
  );
  return named?.length ? named : null;
}

/** Whether a parameter is one number. */
export function isNumber(schema: RJSFSchema): boolean {
  return schema.type === 'number' || schema.type === 'integer';
}

/** What a sweep of a parameter begins with: its present value. */
export function begun(schema: RJSFSchema, present: ReadonlyJSONValue | undefined): IWritten {
  const value = present ?? schema.default;
  if (value === undefined) {
    return { text: '', chosen: [] };
  }
  const text = Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value);
  return { text, chosen: [value] };
}

/** The runs that the written values make. */
export function sweepOf(
  written: Written,
  schema: RJSFSchema,
  most: number,
  trans: TranslationBundle
): ISweep {
  const values: Record<string, readonly ReadonlyJSONValue[]> = {};
  const problems: Record<string, string> = {};
  let count = 1;
  for (const [name, one] of Object.entries(written)) {
    const property = schema.properties?.[name];
    if (typeof property !== 'object') {
      continue;
    }
    const meant = meantBy(one, property, most, trans);
    values[name] = meant.values;
    count *= Math.max(meant.values.length, 1);
    if (meant.problem) {
      problems[name] = meant.problem;
    }
  }
  return { values, count, problems };
}

/** The values that were meant for one parameter, each once. */
export function meantBy(
  { text, chosen }: IWritten,
  schema: RJSFSchema,
  most: number,
  trans: TranslationBundle
): IMeant {
  const none = trans.__('Give at least one value.');
  if (choicesOf(schema, trans)) {
    return { values: chosen, problem: chosen.length ? '' : none };
  }
  const parts = isNumber(schema) ? text.split(/[,;\s]+/) : text.split('\n');
  const values: ReadonlyJSONValue[] = [];
  for (const part of parts.map(each => each.trim()).filter(Boolean)) {
    const found = isNumber(schema) ? numbers(part, most) : [listed(part, schema)];
    if (!found || found.some(value => value === undefined)) {
      return { values, problem: trans.__('%1 is no value of it.', part) };
    }
    for (const value of found) {
      if (typeof value === 'number' && outside(value, schema)) {
        return { values, problem: trans.__('%1 is not allowed: %2.', value, allowed(schema, trans)) };
      }
      if (value !== undefined && !values.some(one => JSONExt.deepEqual(one, value))) {
        values.push(value);
      }
    }
  }
  return { values, problem: values.length ? '' : none };
}

/** A number, or those of a range: first:last:step. One more than can be run, at most. */
function numbers(part: string, most: number): readonly number[] | null {
  const ends = part.split(':').map(Number);
  if (part.split(':').some(each => each.trim() === '') || !ends.every(Number.isFinite)) {
    return null;
  }
  const [first = NaN, last = first, step = 1] = ends;
  if (ends.length === 1) {
    return [first];
  }
  if (ends.length > 3 || step <= 0 || last < first) {
    return null;
  }
  const count = Math.min(Math.floor((last - first) / step + 1e-9) + 1, most + 1);
  return Array.from({ length: count }, (_, at) => Number((first + at * step).toPrecision(12)));
}

/** A text, or the items of a list. */
function listed(part: string, schema: RJSFSchema): ReadonlyJSONValue | undefined {
  if (schema.type !== 'array') {
    return part;
  }
  const item = Array.isArray(schema.items) ? schema.items[0] : schema.items;
  const numeric = typeof item === 'object' && isNumber(item);
  const items = part.split(',').map(each => each.trim());
  if (!numeric) {
    return items;
  }
  const read = items.map(each => (each ? Number(each) : NaN));
  return read.every(Number.isFinite) ? read : undefined;
}

function outside(value: number, schema: RJSFSchema): boolean {
  const { minimum = -Infinity, maximum = Infinity } = schema;
  const { exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = schema;
  return (
    value < minimum ||
    value > maximum ||
    value <= exclusiveMinimum ||
    value >= exclusiveMaximum ||
    (schema.type === 'integer' && !Number.isInteger(value))
  );
}

function allowed(schema: RJSFSchema, trans: TranslationBundle): string {
  const bounds = boundsInWords(schema, trans);
  const whole = schema.type === 'integer' ? trans.__('a whole number') : '';
  return [whole, bounds].filter(Boolean).join(', ');
}
