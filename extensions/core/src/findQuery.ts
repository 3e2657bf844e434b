import type { Box } from './box';
import type { FindRequest, Hit, Suggestion } from './wire';

/** What a person looks for. */
export interface IWish {
  readonly text: string;
  readonly terms: readonly Suggestion[];
  readonly box: Box | null;
  readonly first: string;
  readonly last: string;
  readonly shallowest: string;
  readonly deepest: string;
  /** By facet, the values of which one has to be met. */
  readonly chosen: Readonly<Record<string, readonly string[]>>;
}

export const NO_WISH: IWish = {
  text: '',
  terms: [],
  box: null,
  first: '',
  last: '',
  shallowest: '',
  deepest: '',
  chosen: {}
};

/** Facets that a search can be narrowed by, in the order they are shown. */
export const NARROWING = ['source', 'level', 'variable', 'platform'] as const;

/** So deep is the sea, and more. */
const DEEPEST_M = 12_000;

/** Whether there is a word that a provider's own search could be asked for. */
export function hasWords(wish: IWish): boolean {
  return wish.text.trim() !== '' || wish.terms.length > 0;
}

/** Whether anything is asked at all. */
export function isEmpty(wish: IWish): boolean {
  return JSON.stringify(request(wish)) === JSON.stringify(request(NO_WISH));
}

/** A wish as it is asked. */
export function request(wish: IWish, where: FindRequest['where'] = 'here'): FindRequest {
  const of = (name: string): readonly string[] => wish.chosen[name] ?? [];
  const named = (kind: Suggestion['kind']): string[] =>
    wish.terms.filter(term => term.kind === kind).map(term => term.value);
  return {
    where,
    text: wish.text.trim(),
    bbox: wish.box,
    first: wish.first || null,
    last: wish.last || null,
    depth: depth(wish),
    variables: [...named('variable'), ...of('variable')],
    taxa: named('taxon'),
    sources: of('source'),
    levels: of('level'),
    platforms: of('platform'),
    limit: 20,
    token: null
  };
}

function depth({ shallowest, deepest }: IWish): readonly [number, number] | null {
  const [upper, lower] = [shallowest, deepest].map(text => (text.trim() ? Number(text) : null));
  return upper === null && lower === null ? null : [upper ?? 0, lower ?? DEEPEST_M];
}

/** The same wish with a facet's value chosen, or no longer. */
export function toggled(wish: IWish, facet: string, value: string): IWish {
  const before = wish.chosen[facet] ?? [];
  const after = before.includes(value) ? before.filter(one => one !== value) : [...before, value];
  return { ...wish, chosen: { ...wish.chosen, [facet]: after } };
}

/** Hits without those that are there already, as when pages of two indexes are read on. */
export function joined(first: readonly Hit[], more: readonly Hit[]): readonly Hit[] {
  const there = new Set(first.map(hit => hit.id));
  return [...first, ...more.filter(hit => !there.has(hit.id))];
}
