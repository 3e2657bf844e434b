/** Two runs, side by side: in what they differ, and what each left. */
import { JSONExt } from '@lumino/coreutils';
import type { ReadonlyJSONValue } from '@lumino/coreutils';

import type { Output, RunDetail } from './wire';

/** A parameter that is not the same in both; undefined where a run does not have it. */
export interface IDifference {
  readonly name: string;
  readonly first: ReadonlyJSONValue | undefined;
  readonly second: ReadonlyJSONValue | undefined;
}

/** A file that one of them left, or both. */
export interface IPair {
  readonly path: string;
  readonly first: Output | null;
  readonly second: Output | null;
  readonly same: boolean;
}

/** The parameters that differ, and those that do not. */
export function differences(
  first: RunDetail,
  second: RunDetail
): { readonly differ: readonly IDifference[]; readonly same: readonly IDifference[] } {
  const names = [...new Set([...Object.keys(first.parameters), ...Object.keys(second.parameters)])];
  const all = names.map(name => ({
    name,
    first: first.parameters[name],
    second: second.parameters[name]
  }));
  return {
    differ: all.filter(one => !alike(one.first, one.second)),
    same: all.filter(one => alike(one.first, one.second))
  };
}

function alike(one?: ReadonlyJSONValue, other?: ReadonlyJSONValue): boolean {
  return one === undefined || other === undefined
    ? one === other
    : JSONExt.deepEqual(one, other);
}

/** The files of both, those with one name together; the same ones have one SHA-256. */
export function pairs(first: RunDetail, second: RunDetail): readonly IPair[] {
  const [left, right] = [byName(first.outputs), byName(second.outputs)];
  return [...new Set([...left.keys(), ...right.keys()])].sort().map(path => {
    const [one, other] = [left.get(path) ?? null, right.get(path) ?? null];
    return { path, first: one, second: other, same: one !== null && one.sha256 === other?.sha256 };
  });
}

// A notebook writes into a folder that it names for the time.
const TIME = / ?\d{4}-\d{2}-\d{2}[ T_]\d{4,6}Z?(-\d+)?/g;

/** A file's path, or what was printed of it, without the time in it. */
export function timeless(text: string): string {
  return text.replace(TIME, '');
}

function byName(outputs: readonly Output[]): ReadonlyMap<string, Output> {
  const unique = new Set(outputs.map(({ path }) => timeless(path))).size === outputs.length;
  return new Map(outputs.map(output => [unique ? timeless(output.path) : output.path, output]));
}
