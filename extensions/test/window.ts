/** The panel in a page, as a person meets it. */
import { Widget } from '@lumino/widgets';
import { afterEach, expect, vi } from 'vitest';

import { LaboratoryContent } from '../core/src/content';

import { trans } from './desk';
import type { Desk } from './desk';

let content: LaboratoryContent | undefined;

afterEach(() => {
  content?.dispose();
});

/** The panel over a desk, until the end of the test or until it is shown anew. */
export async function shown(desk: Desk): Promise<HTMLElement> {
  content?.dispose();
  content = new LaboratoryContent(() => Promise.resolve(desk), new Map(), trans);
  Widget.attach(content, document.body);
  await content.ready;
  return content.node;
}

/** Press a button once it is drawn. */
export async function press(node: HTMLElement, label: string): Promise<void> {
  const button = await vi.waitFor(() => {
    const found = [...node.querySelectorAll('button')].find(each => each.textContent === label);
    return found ?? expect.fail(`no button ${label}`);
  });
  button.click();
}

/** Wait until the text is drawn. */
export async function sees(node: HTMLElement, text: string): Promise<void> {
  await vi.waitFor(() => {
    expect(node.textContent).toContain(text);
  });
}

/** Write into a field, past React's own setter, which would see no change. */
export function write(field: HTMLTextAreaElement | HTMLInputElement, text: string): void {
  const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  const value = Object.getOwnPropertyDescriptor(kind.prototype, 'value');
  value?.set?.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
