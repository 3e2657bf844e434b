/** A box: west, south, east, north in degrees. Its west is above its east over the antimeridian. */
export type Box = readonly [number, number, number, number];

/** So many decimals of a degree are a hundred metres. */
const DECIMALS = 3;

export const Box = {
  /** A box from edges as a map has them, which goes on beyond 180 degrees. */
  of(west: number, south: number, east: number, north: number): Box {
    const whole = east - west >= 360;
    return [
      whole ? -180 : rounded(longitude(west)),
      rounded(Math.max(south, -90)),
      whole ? 180 : rounded(longitude(east)),
      rounded(Math.min(north, 90))
    ];
  }
};

function longitude(value: number): number {
  return value > 180 || value < -180 ? ((((value + 180) % 360) + 360) % 360) - 180 : value;
}

function rounded(value: number): number {
  return Number(value.toFixed(DECIMALS));
}
