/** Colours that people of every kind of sight tell apart, never without a letter or number beside. */

/** Of the categories of heatwaves, from moderate to extreme, as Hobday et al. (2018) order them. */
const WARM = ['#ffd76e', '#f28e2b', '#b3261e', '#5e1a7a'] as const;
const COLD = ['#a6d5f2', '#5aa2d8', '#1f5fa8', '#33277f'] as const;
/** Of classes: Okabe and Ito's. */
const CLASSES = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#f0e442',
  '#7f7f7f'
] as const;
/** Of steps from little to much: viridis. */
const STEPS = ['#440154', '#3b528b', '#21918c', '#5ec962', '#fde725'] as const;

/** The background of a category, 1 to 4, and the colour of the letters on it. */
export function categoryColours(category: number, cold: boolean): readonly [string, string] {
  const colour = (cold ? COLD : WARM)[Math.min(Math.max(category, 1), 4) - 1] ?? WARM[0];
  return [colour, category >= 3 ? '#ffffff' : '#1a1a1a'];
}

/** The colour of a class; the first is 1. */
export function classColour(kind: number): string {
  return CLASSES[(kind - 1) % CLASSES.length] ?? CLASSES[0];
}

export interface IStep {
  readonly colour: string;
  readonly from: number;
  readonly to: number;
}

/** Steps of equal width over all values. */
export function stepsOf(values: readonly number[]): readonly IStep[] {
  if (values.length === 0) {
    return [];
  }
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const width = (high - low) / STEPS.length;
  return width === 0
    ? [{ colour: STEPS[2], from: low, to: high }]
    : STEPS.map((colour, step) => ({ colour, from: low + step * width, to: low + (step + 1) * width }));
}

/** The colour of a value among the steps; grey where it is missing. */
export function stepColour(steps: readonly IStep[], value: number | null): string {
  if (value === null) {
    return '#9e9e9e';
  }
  return (steps.find(step => value <= step.to) ?? steps.at(-1))?.colour ?? '#9e9e9e';
}
