/** Colours that people of every kind of sight tell apart; say in words or numbers, too, what they say. */

/** Of kinds: Okabe and Ito's. */
const KINDS = [
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

/** The colour of one of several kinds; the first is 1, and the ninth has the colour of the first. */
export function kindColour(kind: number): string {
  return KINDS[(kind - 1) % KINDS.length] ?? KINDS[0];
}

/** How the number of a kind is drawn on its colour, so that it can be read in every theme. */
export function kindStyle(kind: number): { readonly background: string; readonly color: string } {
  const background = kindColour(kind);
  return { background, color: background === KINDS[0] ? '#ffffff' : '#111111' };
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
