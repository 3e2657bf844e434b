import { Dialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Thread } from '@bluecloud/core';

import { FeedbackView } from '../core/src/feedbackView';
import { Desk } from './desk';

let desk: Desk;
let view: Widget | undefined;

const THREAD: Thread = {
  id: 'a1',
  version: '0.1.0',
  notebook: 'heat.ipynb',
  run: '',
  state: 'answered',
  news: true,
  words: [
    { author: 'ada', is_manager: false, text: 'No coast.\n<b>Why?</b>', at: '2026-11-25T12:00:00Z' },
    { author: 'mia', is_manager: true, text: 'In the next one.', at: '2026-11-25T13:00:00Z' }
  ]
};

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => {
  view?.dispose();
  Dialog.flush();
});

function shown(): HTMLElement {
  view = new FeedbackView(desk);
  Widget.attach(view, document.body);
  return view.node;
}

async function found<T extends Element>(node: Element, selector: string, text = ''): Promise<T> {
  return vi.waitFor(() => {
    const match = [...node.querySelectorAll<T>(selector)].find(one =>
      text ? one.textContent === text : true
    );
    expect(match, `${selector} ${text}`).toBeDefined();
    return match!;
  });
}

/** Type into a field, past React's own setter, which would see no change. */
function type(field: HTMLTextAreaElement, text: string): void {
  const value = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value');
  value?.set?.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

test('a sentence is sent with the notebook in front, unless it is not about it', async () => {
  desk.inFront = 'heat.ipynb';
  const node = shown();
  const field = await found<HTMLTextAreaElement>(node, 'textarea');
  const send = await found<HTMLButtonElement>(node, 'button', 'Send');
  expect(send.disabled).toBe(true);
  type(field, 'No coast.');
  await vi.waitFor(() => expect(send.disabled).toBe(false));
  send.click();
  await vi.waitFor(() => {
    const request = { text: 'No coast.', notebook: 'heat.ipynb', run: '' };
    expect(desk.done.at(-1)).toEqual(['send', request]);
  });
  await vi.waitFor(() => expect(field.value).toBe(''));
  (await found<HTMLInputElement>(node, 'input[type=checkbox]')).click();
  type(field, 'Another thing.');
  await vi.waitFor(() => expect(send.disabled).toBe(false));
  send.click();
  await vi.waitFor(() => {
    expect(desk.done.at(-1)).toEqual(['send', { text: 'Another thing.', notebook: '', run: '' }]);
  });
});

test('what is refused stays in the field, with the reason', async () => {
  const node = shown();
  const field = await found<HTMLTextAreaElement>(node, 'textarea');
  type(field, 'refused');
  const send = await found<HTMLButtonElement>(node, 'button', 'Send');
  await vi.waitFor(() => expect(send.disabled).toBe(false));
  send.click();
  const reason = await found(node, '[role=alert]');
  expect(reason.textContent).toBe('close one first');
  expect(field.value).toBe('refused');
});

test('a thread shows who answered what, as text, and takes more', async () => {
  desk.threads = [THREAD];
  const node = shown();
  await found(node, 'h3', 'New answer');
  expect(node.textContent).toContain('heat.ipynb · 0.1.0');
  expect(node.textContent).toContain('mia, manager,');
  expect(node.textContent).toContain('<b>Why?</b>');
  expect(node.querySelector('li b')).toBeNull();
  const card = await found(node, 'li');
  const field = await found<HTMLTextAreaElement>(card, 'textarea');
  type(field, 'Thank you.');
  const send = await found<HTMLButtonElement>(card, 'button', 'Send');
  await vi.waitFor(() => expect(send.disabled).toBe(false));
  desk.threads = [{ ...THREAD, state: 'open', news: false }];
  send.click();
  await found(node, 'h3', 'Waits for an answer');
  expect(desk.done.at(-1)).toEqual(['write', 'a1', 'Thank you.']);
  desk.threads = [{ ...THREAD, state: 'closed', news: false }];
  (await found<HTMLButtonElement>(card, 'button', 'Close')).click();
  await found(node, 'h3', 'Closed');
  expect([...card.querySelectorAll('button')].map(one => one.textContent)).toEqual([
    'Send',
    'Take away'
  ]);
});

test('a thread is taken away when that is confirmed', async () => {
  desk.threads = [THREAD];
  const node = shown();
  (await found<HTMLButtonElement>(node, 'button', 'Take away')).click();
  const dialog = await found(document.body, '.jp-Dialog');
  desk.threads = [];
  (await found<HTMLButtonElement>(dialog, 'button.jp-mod-warn')).click();
  await vi.waitFor(() => expect(desk.done.at(-1)).toEqual(['remove', 'a1']));
  await vi.waitFor(() => expect(node.querySelector('li')).toBeNull());
});

test('what is hidden asks for nothing, and asks again whenever it is shown', async () => {
  view = new FeedbackView(desk);
  view.hide();
  Widget.attach(view, document.body);
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(desk.done).toEqual([]);
  view.show();
  await found(view.node, 'textarea');
  expect(desk.done).toEqual([['threads']]);
  view.hide();
  desk.threads = [THREAD];
  view.show();
  await found(view.node, 'h3', 'New answer');
  expect(desk.done).toEqual([['threads'], ['threads']]);
});

test('the survey is asked while it is on, and an answer changed and withdrawn', async () => {
  desk.survey = { ...desk.survey, on: true };
  const node = shown();
  const form = await found(node, 'form[aria-labelledby]');
  expect(form.textContent).toContain('once 5 people have answered');
  const send = await found<HTMLButtonElement>(form, 'button', 'Answer');
  const degrees = (): HTMLInputElement[] => [...form.querySelectorAll<HTMLInputElement>('input')];
  expect(degrees().map(one => one.labels?.[0]?.textContent).slice(5, 9)).toEqual([
    '6',
    '7 strongly agree',
    '1 strongly disagree',
    '2'
  ]);
  degrees()[5]!.click();
  await vi.waitFor(() => expect(degrees()[5]!.checked).toBe(true));
  expect(send.disabled).toBe(true); // the other sentence is not answered yet
  degrees()[8]!.click();
  type(await found<HTMLTextAreaElement>(form, 'textarea'), 'A map; no.');
  await vi.waitFor(() => expect(send.disabled).toBe(false));
  send.click();
  const answer = { meets_needs: 6, easy_to_use: 2, words: 'A map; no.' };
  await vi.waitFor(() => expect(desk.done.at(-1)).toEqual(['answer', answer]));
  const kept = await found(node, '[role=status]', 'Your answer is kept.');
  const change = await found<HTMLButtonElement>(node, 'button', 'Change my answer');
  expect(kept.closest('form')).toBe(form); // whose focus is not lost
  await vi.waitFor(() => expect(change.disabled).toBe(false));
  degrees()[7]!.click();
  await vi.waitFor(() => expect(degrees()[7]!.checked).toBe(true));
  change.click();
  await vi.waitFor(() => expect(desk.done.at(-1)).toEqual(['answer', { ...answer, easy_to_use: 1 }]));
  const withdraw = await found<HTMLButtonElement>(node, 'button', 'Withdraw my answer');
  await vi.waitFor(() => expect(withdraw.disabled).toBe(false));
  withdraw.click();
  await vi.waitFor(() => expect(desk.done.at(-1)).toEqual(['withdraw']));
  await found(node, 'button', 'Answer');
  await vi.waitFor(() => expect(degrees().some(({ checked }) => checked)).toBe(false));
});
