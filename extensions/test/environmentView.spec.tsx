import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PanelError, stepColour, stepsOf } from '@bluecloud/core';
import type { Box, ISeaMapProps, IWorkbench } from '@bluecloud/core';

import { IndicatorsView } from '../environment/src/indicators';
import type { Heatwaves, Storms } from '../environment/src/wire';

/** What the last map was given: jsdom has no canvas to draw one on. */
let map: ISeaMapProps | null = null;
vi.mock('../core/src/seaMap', () => ({
  default: (props: ISeaMapProps) => {
    map = props;
    return <div role="application" aria-label={props.label} />;
  }
}));
vi.mock('../core/src/chart', () => ({
  default: ({ label }: { label: string }) => <div role="img" aria-label={label} />
}));

const ORIGIN = { titles: ['Made'], citations: ['Nobody'], synthetic: true };
const PLACE = {
  entry: 'sst',
  notebook: 'marine_heatwaves',
  west: 2,
  south: 39,
  east: 6,
  north: 42,
  first_day: '1982-01-01',
  last_day: '2023-12-31'
};
const NO_DAYS = Array<number>(12).fill(0);
const HEATWAVES: Heatwaves = {
  cells: 44,
  years: [2002, 2003],
  days: [NO_DAYS, NO_DAYS.map((_, month) => (month === 5 ? 21 : 0))],
  worst: [NO_DAYS, NO_DAYS.map((_, month) => (month === 5 ? 3 : 0))],
  events: [
    {
      start: '2003-06-10',
      end: '2003-06-30',
      peak: '2003-06-20',
      days: 21,
      greatest: 4.2,
      sum: 60,
      category: 3
    }
  ],
  short: '',
  origin: ORIGIN
};
const DAYS = {
  first_day: '2003-01-01',
  temperature: [14, 15],
  climatology: [14, 14],
  threshold: [14.5, 14.5],
  category: [0, 2]
};
const STORMS: Storms = {
  winters: [{ year: 1991, severity: 12, whole: false }],
  storms: [
    {
      rank: 1,
      peak: '2013-12-29',
      severity: 547,
      area: 2060,
      max_wind: 25,
      latitude: 50,
      longitude: -6
    },
    {
      rank: 2,
      peak: '1998-03-27',
      severity: 282,
      area: 1300,
      max_wind: 29.8,
      latitude: 60,
      longitude: -12
    }
  ],
  origin: ORIGIN
};

type Answers = Record<string, (asked: Record<string, unknown>) => unknown>;

let asked: [string, Record<string, unknown>][] = [];
let opened: [string, unknown][] = [];
let answers: Answers = {};
let view: IndicatorsView | undefined;

beforeEach(() => {
  map = null;
  asked = [];
  opened = [];
  answers = {
    place: () => PLACE,
    heatwaves: () => HEATWAVES,
    heatwave_year: () => DAYS,
    storms: () => STORMS,
    footprint: () => ({ rank: 1, excess: null })
  };
});

afterEach(() => view?.dispose());

function shown(): HTMLElement {
  const trans = nullTranslator.load('bluecloud');
  const workbench = {
    laboratory: { slug: 'environment', keeps_runs: false },
    translator: nullTranslator,
    trans,
    compute: (question: string, with_: Record<string, unknown>) => {
      asked.push([question, with_]);
      return Promise.resolve().then(() => answers[question]?.(with_));
    },
    runAnalysis: (name: string, values: unknown) => {
      opened.push([name, values]);
      return Promise.resolve();
    },
    analyses: () => Promise.resolve({ analyses: [], problems: [] }),
    catalogue: () => Promise.resolve({ entries: [], problems: [] })
  } as unknown as IWorkbench;
  view = new IndicatorsView(workbench);
  Widget.attach(view, document.body);
  return view.node;
}

/** What a question was last asked with. */
function last(question: string): Record<string, unknown> | undefined {
  return asked.filter(([name]) => name === question).at(-1)?.[1];
}

function field(node: HTMLElement, label: string): HTMLInputElement {
  const found = [...node.querySelectorAll('label')].find(each => each.textContent === label);
  return node.querySelector<HTMLInputElement>(`[id="${found?.htmlFor ?? ''}"]`) ?? expect.fail(label);
}

/** Set a control's value, past React's own setter, which would see no change. */
function set(control: HTMLInputElement | HTMLSelectElement, text: string): void {
  const kind = control instanceof HTMLSelectElement ? HTMLSelectElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(control, text);
  control.dispatchEvent(
    new Event(control instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true })
  );
}

async function button(node: HTMLElement, label: string): Promise<HTMLButtonElement> {
  return vi.waitFor(
    () => [...node.querySelectorAll('button')].find(each => each.textContent === label) ?? expect.fail(label)
  );
}

async function sees(node: HTMLElement, text: string): Promise<void> {
  await vi.waitFor(() => expect(node.textContent).toContain(text));
}

test('it begins with the heatwaves of all data, in the year that had the most', async () => {
  const node = shown();
  await sees(node, '1 heatwaves in the mean of 44 cells');
  await vi.waitFor(() => expect(last('heatwave_year')).toMatchObject({ year: 2003 }));
  expect(last('heatwaves')).toEqual({
    bbox: [2, 39, 6, 42],
    baseline_first: 1991,
    baseline_last: 2020,
    percentile: 90,
    cold: false
  });
  await sees(node, 'synthetic data');
});

test('a category is told by a letter and in words, not by its colour alone', async () => {
  const node = shown();
  await sees(node, '21V');
  expect(node.querySelector('td[title="21 days, severe"]')).not.toBeNull();
  await vi.waitFor(() => expect(node.querySelector('td[title="strong"]')?.textContent).toBe('S'));
  expect(node.querySelector('.bc-Legend')?.textContent).toContain('V severe');
});

test('another box is asked about, and without one all data are', async () => {
  const node = shown();
  await sees(node, 'mean of 44 cells');
  await vi.waitFor(() => expect(map).not.toBeNull());
  map?.onBox?.([3, 40, 4, 41] as Box);
  await vi.waitFor(() => expect(last('heatwaves')).toMatchObject({ bbox: [3, 40, 4, 41] }));
  expect(map?.box).toEqual([3, 40, 4, 41]);
  map?.onBox?.(null);
  await vi.waitFor(() => expect(last('heatwaves')).toMatchObject({ bbox: [2, 39, 6, 42] }));
});

test('a year is chosen by its button, and only its days are asked about', async () => {
  const node = shown();
  const year = await button(node, '2002');
  const before = asked.filter(([name]) => name === 'heatwaves').length;
  year.click();
  await vi.waitFor(() => expect(last('heatwave_year')).toMatchObject({ year: 2002 }));
  expect(year.getAttribute('aria-pressed')).toBe('true');
  expect(asked.filter(([name]) => name === 'heatwaves')).toHaveLength(before);
});

test('a number out of range is said beside it and not asked about', async () => {
  const node = shown();
  await sees(node, 'mean of 44 cells');
  const percentile = field(node, 'Percentile (%)');
  set(percentile, '40');
  await sees(node, 'From 51 to 99.');
  expect(percentile.getAttribute('aria-invalid')).toBe('true');
  set(percentile, '95');
  await vi.waitFor(() => expect(last('heatwaves')).toMatchObject({ percentile: 95 }));
  expect(asked.some(([, values]) => values['percentile'] === 40)).toBe(false);
});

test('what was refused is said, and the last answer stays', async () => {
  const node = shown();
  await sees(node, 'mean of 44 cells');
  answers['heatwaves'] = () => {
    throw new PanelError('ValuesError', 'no cell is in the box');
  };
  await vi.waitFor(() => expect(map).not.toBeNull());
  map?.onBox?.([50, 0, 60, 10] as Box);
  await sees(node, 'no cell is in the box');
  expect(node.textContent).toContain('mean of 44 cells');
});

test('the notebook is opened with what is shown', async () => {
  const node = shown();
  await sees(node, 'mean of 44 cells');
  await vi.waitFor(() => expect(map).not.toBeNull());
  map?.onBox?.([3, 40, 4, 41] as Box);
  node.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
  (await button(node, 'Open as a notebook')).click();
  await vi.waitFor(() =>
    expect(opened).toEqual([
      [
        'marine_heatwaves',
        {
          entry: 'sst',
          area_as_one: true,
          bbox: [3, 40, 4, 41],
          baseline_first: 1991,
          baseline_last: 2020,
          percentile: 90,
          cold: true
        }
      ]
    ])
  );
});

test('a storm is chosen from the list, and shown where it hit', async () => {
  const node = shown();
  await sees(node, 'Indicator');
  set(field(node, 'Indicator'), 'storms');
  await sees(node, 'Storm 1 of 2013-12-29: up to 25 m s⁻¹');
  (await button(node, '1998-03-27')).click();
  await vi.waitFor(() => expect(last('footprint')).toMatchObject({ rank: 2, percentile: 98 }));
  await sees(node, 'Storm 2 of 1998-03-27');
});

test('a period that ends before it begins is said and not asked about', async () => {
  answers['heat'] = () => ({ profiles: [], total: 0, without: 0, months: [], origin: ORIGIN });
  const node = shown();
  await sees(node, 'Indicator');
  set(field(node, 'Indicator'), 'heat');
  await vi.waitFor(() => expect(last('heat')).toMatchObject({ last_day: '2023-12-31' }));
  set(field(node, 'Last day'), '1970-01-01');
  await sees(node, 'The last day is before the first.');
  set(field(node, 'First day'), '1969-01-01');
  await vi.waitFor(() => expect(last('heat')).toMatchObject({ first_day: '1969-01-01' }));
  expect(asked.filter(([name]) => name === 'heat')).toHaveLength(2);
});

test('steps cover all values, and what is missing has a colour of its own', () => {
  const steps = stepsOf([1, 2, 6]);
  expect(steps.map(step => step.to)).toEqual([2, 3, 4, 5, 6]);
  expect(stepColour(steps, 1)).toBe(steps[0]?.colour);
  expect(stepColour(steps, 6)).toBe(steps[4]?.colour);
  expect(steps.map(step => step.colour)).not.toContain(stepColour(steps, null));
  expect(stepsOf([3, 3])).toHaveLength(1);
  expect(stepsOf([])).toEqual([]);
});
