/** Colours of the categories of heatwaves, which always have a letter beside them. */

/** From moderate to extreme, as Hobday et al. (2018) order them. */
const WARM = ['#ffd76e', '#f28e2b', '#b3261e', '#5e1a7a'] as const;
const COLD = ['#a6d5f2', '#5aa2d8', '#1f5fa8', '#33277f'] as const;

/** The background of a category, 1 to 4, and the colour of the letters on it. */
export function categoryColours(category: number, cold: boolean): readonly [string, string] {
  const colour = (cold ? COLD : WARM)[Math.min(Math.max(category, 1), 4) - 1] ?? WARM[0];
  return [colour, category >= 3 ? '#ffffff' : '#1a1a1a'];
}
