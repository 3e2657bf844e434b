/** A field of numbers as colours. */
import { scale } from '@observablehq/plot';

import type { GridField } from './viewWire';

/** One that is read alike in print and by the colour-blind. */
export const SCHEME = 'viridis';
const STEPS = 256;

/** The colours that a field's numbers have, as CSS. */
export function ramp({ low, high }: GridField, isLogarithmic: boolean): (value: number) => string {
  const domain = high > low ? [low, high] : [low, low + 1];
  const type = isLogarithmic ? 'log' : 'linear';
  const colours = scale({ color: { type, scheme: SCHEME, domain, clamp: true } });
  return value => String(colours.apply(value));
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
  const along = isLogarithmic ? Math.log : (value: number): number => value;
  const span = along(field.high) - along(field.low) || 1;
  for (const [row, values] of field.values.entries()) {
    for (const [column, value] of values.entries()) {
      if (value === null) {
        continue;
      }
      const share = Math.min(Math.max((along(value) - along(field.low)) / span, 0), 1);
      const from = Math.round(share * (STEPS - 1)) * 4;
      image.data.set(colours.subarray(from, from + 4), (row * canvas.width + column) * 4);
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The bytes of the colours, from the library's names for them. */
function palette(context: CanvasRenderingContext2D): Uint8ClampedArray {
  const colours = scale({ color: { type: 'linear', scheme: SCHEME, domain: [0, STEPS - 1] } });
  const found = new Uint8ClampedArray(STEPS * 4);
  for (let step = 0; step < STEPS; step++) {
    context.fillStyle = String(colours.apply(step));
    context.fillRect(0, 0, 1, 1);
    found.set(context.getImageData(0, 0, 1, 1).data, step * 4);
  }
  context.clearRect(0, 0, 1, 1);
  return found;
}
