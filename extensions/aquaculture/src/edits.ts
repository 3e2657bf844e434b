/**
 * What a person says of farms, kept while limits are moved.
 *
 * A farm is found anew with each limit, and its middle moves a little: what was said is of the
 * nearest farm to where it was said.
 */
import type { Edit, Farm } from './wire';

export type Said = Required<Omit<Edit, 'id'>>;

/** What was said, and where. */
export interface ISaidAt {
  readonly longitude: number;
  readonly latitude: number;
  readonly said: Said;
}

export const NOTHING: Said = { name: '', species: '', status: 'unknown', note: '', left_out: false };

const NEAR_M = 300;
const METRES_A_DEGREE = 111_195;

/** What was said of each farm, by its id. */
export function saidOf(all: readonly ISaidAt[], farms: readonly Farm[]): ReadonlyMap<string, Said> {
  const found = new Map<string, Said>();
  for (const { said, ...place } of all) {
    let nearest: Farm | null = null;
    let least = NEAR_M;
    for (const farm of farms) {
      const distance = metres(place, farm);
      if (distance <= least && !found.has(farm.id)) {
        [nearest, least] = [farm, distance];
      }
    }
    if (nearest) {
      found.set(nearest.id, said);
    }
  }
  return found;
}

/** The same with something else said of one farm. */
export function withSaid(
  all: readonly ISaidAt[],
  farms: readonly Farm[],
  farm: Farm,
  said: Said
): readonly ISaidAt[] {
  const before = saidOf(all, farms).get(farm.id);
  const { longitude, latitude } = farm;
  return [...all.filter(each => each.said !== before), { longitude, latitude, said }];
}

/** What is told when farms are kept: the farms of which something was said. */
export function editsOf(all: readonly ISaidAt[], farms: readonly Farm[]): readonly Edit[] {
  return [...saidOf(all, farms)].map(([id, said]) => ({ id, ...said }));
}

function metres(
  a: { readonly longitude: number; readonly latitude: number },
  b: { readonly longitude: number; readonly latitude: number }
): number {
  const east = (a.longitude - b.longitude) * Math.cos((a.latitude * Math.PI) / 180);
  return Math.hypot(east, a.latitude - b.latitude) * METRES_A_DEGREE;
}
