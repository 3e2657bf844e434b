/** Numbers with their units, as a person reads them. */

export function degrees(width: number): string {
  return `${width}°`;
}

/** A share of 1 as percent; what is there is never nothing. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.1) {
    return '< 0.1 %';
  }
  return `${value.toLocaleString(undefined, { maximumFractionDigits: value < 10 ? 1 : 0 })} %`;
}

export function tonnes(value: number): string {
  return `${value.toLocaleString(undefined, { maximumSignificantDigits: 4 })} t`;
}
