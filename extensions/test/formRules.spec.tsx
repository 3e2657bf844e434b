import { Widget } from '@lumino/widgets';
import { afterEach, expect, test, vi } from 'vitest';
import type { Analysis } from '@bluecloud/core';

import { LaboratoryContent } from '../core/src/content';

import { ANALYSIS, Desk, trans } from './desk';

let content: LaboratoryContent | undefined;

afterEach(() => {
  content?.dispose();
});

const properties = {
  first_year: { type: 'integer', default: 1991, 'x-at-most': 'last_year' },
  last_year: { type: 'integer', default: 2020, title: 'Last year' },
  years: { type: 'array', items: { type: 'integer' }, default: [2001, 2010], minItems: 2, maxItems: 2, 'x-ascending': true },
  asked: { type: 'string', default: 'Cyanobacteria' },
  code: { type: 'string', default: 'YFT', pattern: '^[A-Z]{3}$' },
  out_dir: { type: 'string', default: 'results' }
};

/** The form of an analysis with these parameters, and what is done with it. */
async function form(): Promise<{ desk: Desk; node: HTMLElement; input: (name: string) => HTMLInputElement }> {
  const desk = new Desk();
  const analysis = { ...ANALYSIS, form: { type: 'object', properties, required: [], additionalProperties: false } };
  desk.analyses = () => Promise.resolve({ analyses: [analysis as unknown as Analysis], problems: [] });
  content = new LaboratoryContent(() => Promise.resolve(desk), new Map(), trans);
  Widget.attach(content, document.body);
  await content.ready;
  const { node } = content;
  await press(node, 'Run with parameters');
  const input = (name: string): HTMLInputElement =>
    node.querySelector<HTMLInputElement>(`#root_${name}`) ?? expect.fail(`no field ${name}`);
  await vi.waitFor(() => input('first_year'));
  return { desk, node, input };
}

async function press(node: HTMLElement, label: string): Promise<void> {
  const button = await vi.waitFor(() => {
    const found = [...node.querySelectorAll('button')].find(each => each.textContent === label);
    return found ?? expect.fail(`no button ${label}`);
  });
  button.click();
}

function type(field: HTMLInputElement, text: string): void {
  const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
  value?.set?.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

async function sees(node: HTMLElement, text: string): Promise<void> {
  await vi.waitFor(() => {
    expect(node.textContent).toContain(text);
  });
}

test.each(['last_year', 'code', 'out_dir'])('an emptied %s is required, and not run', async name => {
  const { desk, node, input } = await form();
  type(input(name), '');
  await vi.waitFor(() => {
    expect(node.querySelector(`#root_${name}__error`)?.textContent).toBe('required');
  });
  await press(node, 'Run');
  await sees(node, '1 value is not allowed');
  await press(node, 'Run without me');
  expect(input(name).value).toBe('');
  expect(desk.done).toEqual([]);
});

test('an emptied text is run as the empty text that it is', async () => {
  const { desk, node, input } = await form();
  type(input('asked'), '');
  await press(node, 'Run');
  await vi.waitFor(() => {
    expect(desk.done).toHaveLength(1);
  });
  expect(desk.done[0]).toMatchObject(['run', 'anomaly', { asked: '', first_year: 1991, out_dir: 'results' }]);
});

test('a first year after the last is refused beside its field, and the same year is not', async () => {
  const { desk, node, input } = await form();
  type(input('first_year'), '2021');
  await sees(node, 'must be at most Last year, which is 2020');
  await press(node, 'Run without me');
  await sees(node, '1 value is not allowed: First year');
  expect(desk.done).toEqual([]);
  type(input('first_year'), '2020');
  await press(node, 'Run');
  await vi.waitFor(() => {
    expect(desk.done).toHaveLength(1);
  });
});

test('years in the wrong order are refused', async () => {
  const { desk, node, input } = await form();
  type(input('years_0'), '2011');
  await sees(node, '2011 is more than 2010: the smallest comes first');
  await press(node, 'Run');
  await sees(node, '1 value is not allowed');
  expect(desk.done).toEqual([]);
});
