/**
 * The rings of a polygon without leaps at the antimeridian, over which they go on.
 *
 * A ring around a pole is closed there; the pole's own hole is left out.
 */
export function unbroken(rings: number[][][]): number[][][] {
  const [outer = [], ...holes] = rings;
  const [coast, turns] = unwrapped(outer);
  const inner = holes.map(unwrapped).filter(([, own]) => own === 0);
  if (turns !== 0) {
    const pole = (coast[0]?.[1] ?? 0) < 0 ? -90 : 90;
    coast.push([coast.at(-1)?.[0] ?? 0, pole], [coast[0]?.[0] ?? 0, pole], coast[0] ?? []);
  }
  return [coast, ...inner.map(([ring]) => ring)];
}

/** A ring whose longitudes have no leap, and how often it goes around the earth. */
function unwrapped(ring: number[][]): [number[][], number] {
  let before = ring[0]?.[0] ?? 0;
  let turn = 0;
  const found = ring.map(([longitude = 0, latitude = 0]) => {
    turn -= Math.round((longitude - before) / 360) * 360;
    before = longitude;
    return [longitude + turn, latitude];
  });
  return [found, turn / 360];
}
