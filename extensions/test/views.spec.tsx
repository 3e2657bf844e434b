import { Widget } from '@lumino/widgets';
import { afterEach, expect, test, vi } from 'vitest';
import type { ILaboratory, Provider } from '@bluecloud/core';

import { ends } from '../core/src/accessView';
import { LaboratoryContent } from '../core/src/content';
import { matching } from '../core/src/dataView';
import { withEntries } from '../core/src/entries';

import { Desk, ENTRY, trans } from './desk';

let content: LaboratoryContent | undefined;

afterEach(() => {
  content?.dispose();
});

async function shown(desk: Desk, own?: ILaboratory): Promise<HTMLElement> {
  const offered = new Map(own ? [[own.slug, own]] : []);
  content = new LaboratoryContent(() => Promise.resolve(desk), offered, trans);
  Widget.attach(content, document.body);
  await content.ready;
  return content.node;
}

/** Press a button once it is drawn. */
async function press(node: HTMLElement, label: string): Promise<void> {
  const button = await vi.waitFor(() => {
    const found = [...node.querySelectorAll('button')].find(each => each.textContent === label);
    return found ?? expect.fail(`no button ${label}`);
  });
  button.click();
}

/** Wait until the text is drawn. */
async function sees(node: HTMLElement, text: string): Promise<void> {
  await vi.waitFor(() => {
    expect(node.textContent).toContain(text);
  });
}

test('what does not work is said, and the rest is there', async () => {
  const node = await shown(new Desk());
  await sees(node, 'ro');
  await sees(node, 'no catalogue today');
  await sees(node, 'How warm?');
});

test('an entry says where it is known from, and whether it was read live', async () => {
  const desk = new Desk();
  desk.catalogue = () => Promise.resolve({ entries: [ENTRY], problems: [] });
  const node = await shown(desk);
  await sees(node, 'The file ostia_monthly.nc of a package.');
  await sees(node, 'Read livenever');
});

test('a newer curated notebook is opened beside the changed copy', async () => {
  const desk = new Desk();
  const node = await shown(desk);
  await press(node, 'Open the newer one beside it');
  expect(desk.done).toEqual([['open', 'anomaly', true]]);
});

test('a refused value is told beside its field, which stays as it was given', async () => {
  const desk = new Desk();
  const node = await shown(desk);
  await press(node, 'Run with parameters');
  await press(node, 'Run');
  await sees(node, '90 is not odd: odd');
  expect(desk.done).toEqual([['run', 'anomaly', { percentile: 90 }]]);
  const input = node.querySelector<HTMLInputElement>('input[type=number]')!;
  const errors = (input.getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map(id => document.getElementById(id)?.textContent ?? '');
  expect(errors.join(' ')).toContain('90 is not odd: odd');
  expect(input.value).toBe('90');
  await sees(node, '1 value is not allowed: Percentile');
  await vi.waitFor(() => {
    expect(document.activeElement).toBe(input);
  });
});

test('a value out of bounds is told both, and Run goes to it', async () => {
  const desk = new Desk();
  const node = await shown(desk);
  await press(node, 'Run with parameters');
  const input = await vi.waitFor(() => node.querySelector<HTMLInputElement>('input[type=number]')!);
  const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
  value?.set?.call(input, '120'); // past React's own, which would see no change
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await sees(node, 'must be more than 50 and at most 100');
  await press(node, 'Run');
  await sees(node, '1 value is not allowed: Percentile');
  await vi.waitFor(() => {
    expect(document.activeElement).toBe(input);
  });
  expect(desk.done).toEqual([]);
});

test('only the view of this laboratory is made, and it is the first tab', async () => {
  const own: ILaboratory = {
    slug: 'lab',
    label: () => 'Mine',
    createView: () => Promise.resolve(new Widget())
  };
  const node = await shown(new Desk(), own);
  content?.offer({ ...own, slug: 'other', label: () => 'Not mine' });
  await vi.waitFor(() => {
    const tabs = [...node.querySelectorAll('[role=tab]')].map(tab => tab.textContent);
    expect(tabs).toEqual(['Mine', 'Analyses', 'Runs', 'Find', 'Data', 'Products', 'Access', 'Feedback', 'Server']);
  });
});

test('a laboratory that keeps no runs has no tab for them', async () => {
  const desk = new Desk();
  const node = await shown(
    Object.assign(desk, { laboratory: { ...desk.laboratory, keeps_runs: false } })
  );
  await vi.waitFor(() => {
    const tabs = [...node.querySelectorAll('[role=tab]')].map(tab => tab.textContent);
    expect(tabs).toEqual(['Analyses', 'Find', 'Data', 'Server']);
  });
});

test('a view that cannot be made leaves the others', async () => {
  const broken: ILaboratory = {
    slug: 'lab',
    label: () => 'Mine',
    createView: () => Promise.reject(new Error('no map today'))
  };
  const node = await shown(new Desk(), broken);
  await sees(node, 'no map today');
  await sees(node, 'How warm?');
});

test('data are found by every word, wherever it is said', () => {
  expect(matching([ENTRY], 'TEMPERATURE met')).toEqual([ENTRY]);
  expect(matching([ENTRY], 'sea_surface')).toEqual([ENTRY]);
  expect(matching([ENTRY], 'temperature salinity')).toEqual([]);
});

test('an entry is chosen by title and period, among those the notebook allows', () => {
  const schema = { properties: { entry: { type: 'string' as const, default: 'ostia' } } };
  expect(withEntries(schema, [ENTRY]).properties).toEqual({
    entry: {
      type: 'string',
      default: 'ostia',
      oneOf: [{ const: 'ostia', title: 'Monthly temperature (2006–)' }]
    }
  });
  const other = { properties: { entry: { type: 'string' as const, enum: ['another'] } } };
  expect(withEntries(other, [ENTRY])).toBe(other);
  expect(withEntries(schema, [])).toBe(schema);
});

const CMEMS: Provider = {
  source: 'cmems',
  title: 'Copernicus Marine',
  need: 'required',
  entries: ['Temperature, daily'],
  login: null
};

/** Type into a field, past React's own setter, which would see no change. */
function type(input: HTMLInputElement, text: string): void {
  const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
  value?.set?.call(input, text);
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

test('a login is stored, and what was typed is gone with the form', async () => {
  const desk = new Desk();
  desk.providers = [CMEMS];
  const node = await shown(desk);
  await press(node, 'Access');
  await sees(node, 'Needed for: Temperature, daily');
  await press(node, 'Store a login');
  const token = await vi.waitFor(
    () => node.querySelectorAll<HTMLInputElement>('input[type=radio]')[1]!
  );
  token.click();
  const secret = node.querySelector<HTMLInputElement>('input[type=password]')!;
  type(secret, 'wrong');
  await press(node, 'Store');
  await sees(node, 'it has line ends');
  type(secret, 'right');
  await press(node, 'Store');
  await vi.waitFor(() => {
    expect(node.querySelector('input[type=password]')).toBeNull();
  });
  expect(desk.done.at(-1)).toEqual([
    'store',
    'cmems',
    { token: 'right', username: null, password: null }
  ]);
});

test('a login that ends soon is said to', () => {
  const now = Date.parse('2026-11-25T12:00:00Z');
  const login = { kind: 'token', username: null, stored: '2026-11-01T00:00:00Z' } as const;
  const until = (expires: string | null, expired = false) => ends({ ...login, expires, expired }, now);
  expect(until(null)).toBe('later');
  expect(until('2026-12-25T12:00:00Z')).toBe('later');
  expect(until('2026-11-27T12:00:00Z')).toBe('soon');
  expect(until('2026-11-25T11:59:59Z')).toBe('ended');
  expect(until(null, true)).toBe('ended');
  expect(ends({ ...login, kind: 'unreadable', expires: null, expired: false }, now)).toBe('ended');
});
