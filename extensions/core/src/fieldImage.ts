/**
 * A field of numbers as colours.
 *
 * The colours are viridis, which is read alike in print and by the colour-blind. Without a library
 * of charts, which a map alone does not need.
 */
import { scaleLinear, scaleLog } from 'd3-scale';
import { interpolateViridis } from 'd3-scale-chromatic';

import type { GridField } from './viewWire';

const STEPS = 256;
const TICKS = 4;

/** A number of the legend, and where it is along the colours: 0 to 1. */
export interface ITick {
  readonly label: string;
  readonly place: number;
}

/** Where a value is between the field's ends, 0 to 1. */
export function placed({ low, high }: GridField, isLogarithmic: boolean): (value: number) => number {
  const domain = high > low ? [low, high] : [low, low + 1];
  const along = isLogarithmic ? scaleLog(domain, [0, 1]) : scaleLinear(domain, [0, 1]);
  return along.clamp(true);
}

/** The colours that a field's numbers have, as CSS. */
export function ramp(field: GridField, isLogarithmic: boolean): (value: number) => string {
  const place = placed(field, isLogarithmic);
  return value => interpolateViridis(place(value));
}

/** The colours from one end to the other, as the background of a box. */
export function gradient(): string {
  const stops = Array.from({ length: 12 }, (_, stop) => interpolateViridis(stop / 11));
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/** Round numbers along a field's colours. */
export function ticks(field: GridField, isLogarithmic: boolean): readonly ITick[] {
  const { low, high } = field;
  const domain = high > low ? [low, high] : [low, low + 1];
  const scale = isLogarithmic ? scaleLog(domain, [0, 1]) : scaleLinear(domain, [0, 1]);
  const place = placed(field, isLogarithmic);
  // Of many powers of ten not all have room.
  const format = isLogarithmic ? scale.tickFormat(TICKS, '~g') : scale.tickFormat(TICKS);
  return scale
    .ticks(TICKS)
    .map(value => ({ label: format(value), place: place(value) }))
    .filter(({ label }) => label !== '');
}

/** A field as an image, a pixel a cell; what is missing is transparent. */
export function painted(field: GridField, isLogarithmic: boolean): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.height = field.values.length;
  canvas.width = field.values[0]?.length ?? 0;
  const context = canvas.getContext('2d');
  if (!context || canvas.width === 0) {
    return canvas;
  }
  const colours = palette(context);
  const image = context.createImageData(canvas.width, canvas.height);
  const place = placed(field, isLogarithmic);
  for (const [row, values] of field.values.entries()) {
    for (const [column, value] of values.entries()) {
      if (value === null) {
        continue;
      }
      const from = Math.round(place(value) * (STEPS - 1)) * 4;
      image.data.set(colours.subarray(from, from + 4), (row * canvas.width + column) * 4);
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The bytes of the colours, from the library's names for them. */
function palette(context: CanvasRenderingContext2D): Uint8ClampedArray {
  const found = new Uint8ClampedArray(STEPS * 4);
  for (let step = 0; step < STEPS; step++) {
    context.fillStyle = interpolateViridis(step / (STEPS - 1));
    context.fillRect(0, 0, 1, 1);
    found.set(context.getImageData(0, 0, 1, 1).data, step * 4);
  }
  context.clearRect(0, 0, 1, 1);
  return found;
}
