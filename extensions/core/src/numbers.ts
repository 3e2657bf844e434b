/** What two runs printed as results, and their small tables, number by number. */
import type { Written } from './wire';

/** One place where two runs do not say the same. */
export interface IUnlike {
  /** Where: a line as far as the number, or a row and a column. */
  readonly place: string;
  readonly first: string;
  readonly second: string;
  /** The second less the first; null where one of them is no number. */
  readonly difference: number | null;
}

/** Two texts or tables of one name, compared. */
export interface ICompared {
  readonly name: string;
  /** In how many numbers they agree. */
  readonly alike: number;
  readonly unlike: readonly IUnlike[];
}

// Not the power in m s-1 or m^2, and not the full stop after a number.
const NUMBER = /(?<![\w.^][-+]?|[\w^][-+])[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?(?!\w|\.\d)/gi;
const THOUSANDS = /(?<=\d),(?=\d{3}(?!\d))/g;
const ABSENT = '–';

/** Those of one name together; one that only one run has is compared with nothing. */
export function together(
  first: readonly Written[],
  second: readonly Written[],
  compare: (first: string, second: string) => Omit<ICompared, 'name'>,
  named: (name: string) => string = name => name
): readonly ICompared[] {
  const [left, right] = [byName(first, named), byName(second, named)];
  return [...new Set([...left.keys(), ...right.keys()])].map(name => ({
    name,
    ...compare(left.get(name) ?? '', right.get(name) ?? '')
  }));
}

function byName(
  written: readonly Written[],
  named: (name: string) => string
): ReadonlyMap<string, string> {
  const short = new Set(written.map(({ name }) => named(name)));
  const unique = short.size === written.length;
  return new Map(written.map(({ name, text }) => [unique ? named(name) : name, text]));
}

/** Printed results: those with the same words, in the order they are in, by their numbers. */
export function comparedText(first: string, second: string): Omit<ICompared, 'name'> {
  const [left, right] = [results(first), results(second)];
  const unlike: IUnlike[] = [];
  let alike = 0;
  for (const said of new Set([...left.keys(), ...right.keys()])) {
    const [ones, others] = [left.get(said) ?? [], right.get(said) ?? []];
    for (let at = 0; at < Math.max(ones.length, others.length); at++) {
      const [one, other] = [ones[at], others[at]];
      if (one === undefined || other === undefined) {
        unlike.push({ place: '', first: one ?? ABSENT, second: other ?? ABSENT, difference: null });
        continue;
      }
      const values = [...other.matchAll(NUMBER)];
      [...one.matchAll(NUMBER)].forEach((match, place) => {
        const value = values[place]?.[0] ?? ABSENT;
        if (Number(match[0]) === Number(value)) {
          alike += 1;
        } else {
          unlike.push(difference(one.slice(0, match.index).trim(), match[0], value));
        }
      });
    }
  }
  return { alike, unlike };
}

/** Two tables with a row of headings, cell by cell; rows are known by their first cell, or place. */
export function comparedTables(first: string, second: string): Omit<ICompared, 'name'> {
  const [left, right] = [table(first), table(second)];
  const keyed = isKey(left.rows) && isKey(right.rows);
  const key = (row: readonly string[], at: number): string =>
    keyed ? (row[0] ?? '') : `${at + 1}`;
  const columns = [...new Set([...left.columns, ...right.columns])].slice(keyed ? 1 : 0);
  const named = ({ rows }: ITable): ReadonlyMap<string, readonly string[]> =>
    new Map(rows.map((row, at) => [key(row, at), row]));
  const [ones, others] = [named(left), named(right)];
  const unlike: IUnlike[] = [];
  let alike = 0;
  for (const name of new Set([...ones.keys(), ...others.keys()])) {
    for (const column of columns) {
      const one = cell(ones.get(name), left.columns.indexOf(column));
      const other = cell(others.get(name), right.columns.indexOf(column));
      if (one === other || isSame(one, other)) {
        alike += 1;
      } else {
        unlike.push(difference(`${name} · ${column}`, one, other));
      }
    }
  }
  return { alike, unlike };
}

function cell(row: readonly string[] | undefined, column: number): string {
  return row?.[column] ?? ABSENT;
}

function difference(place: string, first: string, second: string): IUnlike {
  const [one, other] = [numberOf(first), numberOf(second)];
  return {
    place,
    first,
    second,
    // As many digits as were meant: 0.3 less 0.1 is 0.2.
    difference: one === null || other === null ? null : Number((other - one).toPrecision(8))
  };
}

function isSame(one: string, other: string): boolean {
  const number = numberOf(one);
  return number !== null && number === numberOf(other);
}

function numberOf(text: string): number | null {
  const number = text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(number) ? number : null;
}

/** Whether the first cells of the rows tell them apart, as a year or a name does. */
function isKey(rows: readonly (readonly string[])[]): boolean {
  return new Set(rows.map(row => row[0])).size === rows.length;
}

/** The lines with a number by their words; what other lines say is in the notebook. */
function results(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const line of text.replace(THOUSANDS, '').split(/\r?\n/)) {
    if (line.search(NUMBER) >= 0) {
      found.set(words(line), [...(found.get(words(line)) ?? []), line.trim()]);
    }
  }
  return found;
}

/** A line without its numbers, and without the spaces that align them. */
function words(line: string): string {
  return line.replace(NUMBER, '#').replace(/\s+/g, ' ').trim();
}

interface ITable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table as CSV has it: by commas, semicolons or tabs, with quotes around what has them. */
export function table(text: string): ITable {
  const head = text.split('\n', 1)[0] ?? '';
  const between = ['\t', ';', ','].find(each => head.includes(each)) ?? ',';
  const rows: string[][] = [];
  let row: string[] = [];
  let held = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? '';
    if (quoted) {
      if (letter === '"' && text[at + 1] === '"') {
        held += '"';
        at++;
      } else if (letter === '"') {
        quoted = false;
      } else {
        held += letter;
      }
    } else if (letter === '"' && held === '') {
      quoted = true;
    } else if (letter === between || letter === '\n') {
      row.push(held);
      held = '';
      if (letter === '\n') {
        rows.push(row);
        row = [];
      }
    } else if (letter !== '\r') {
      held += letter;
    }
  }
  if (held !== '' || row.length > 0) {
    rows.push([...row, held]);
  }
  const [columns = [], ...others] = rows;
  return { columns, rows: others.filter(each => each.some(one => one !== '')) };
}
