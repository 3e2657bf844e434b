import { expect, test } from 'vitest';
import type { GridField } from '@bluecloud/core';

import { placed, ramp, ticks } from '../core/src/fieldImage';
import { unbroken } from '../core/src/landRings';

const FIELD: GridField = {
  name: 'temperature',
  units: 'K',
  west: 0,
  south: 0,
  east: 1,
  north: 1,
  values: [[1]],
  low: 1,
  high: 100
};

test('values lie between the ends, and beyond them at the ends', () => {
  const place = placed(FIELD, false);
  expect([1, 50.5, 100, 0, 1000].map(place)).toEqual([0, 0.5, 1, 0, 1]);
  expect(placed(FIELD, true)(10)).toBeCloseTo(0.5);
});

test('a field that is the same everywhere has a colour', () => {
  const same = { ...FIELD, low: 5, high: 5 };
  expect(ramp(same, false)(5)).toMatch(/^(rgb|#)/);
  expect(placed(same, false)(5)).toBe(0);
});

test('the ends of the colours are different, and what is more is brighter', () => {
  const colour = ramp(FIELD, false);
  expect(colour(1)).not.toBe(colour(100));
});

test('the legend has round numbers where they are', () => {
  const powers = ticks(FIELD, true);
  expect(powers.map(({ label }) => label)).toEqual(expect.arrayContaining(['1', '10', '100']));
  for (const { label, place } of powers) {
    expect(place).toBeCloseTo(Math.log10(Number(label)) / 2);
  }
  for (const { label, place } of ticks(FIELD, false)) {
    expect(place).toBeCloseTo((Number(label) - 1) / 99);
  }
});

test('a coast over the antimeridian goes on, and one around a pole is closed there', () => {
  const [over] = unbroken([
    [
      [170, 60],
      [-170, 60],
      [-170, 70],
      [170, 60]
    ]
  ]);
  expect(over).toEqual([
    [170, 60],
    [190, 60],
    [190, 70],
    [170, 60]
  ]);
  const [around] = unbroken([
    [
      [-180, -70],
      [-60, -70],
      [60, -70],
      [180, -70],
      [-180, -70]
    ]
  ]);
  expect(around!.slice(-3)).toEqual([
    [180, -90],
    [-180, -90],
    [-180, -70]
  ]);
});
