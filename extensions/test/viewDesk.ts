/** A workbench for the views: it answers their questions, and remembers what was asked of it. */
import { nullTranslator } from '@jupyterlab/translation';
import { expect, vi } from 'vitest';
import { PanelError } from '@bluecloud/core';
import type { IWorkbench } from '@bluecloud/core';

type Answer = (asked: object) => unknown;

/** Parts that are imported when first drawn take a while where others are at work. */
const PATIENT = { timeout: 4000 };

export class ViewDesk {
  /** Answers by question; one that throws a `PanelError` refuses. */
  constructor(readonly answers: Readonly<Record<string, Answer>>) {}

  readonly done: (readonly unknown[])[] = [];

  /** What a view is given: the parts of the window that views ask. */
  get workbench(): IWorkbench {
    const act =
      (name: string) =>
      (...told: readonly unknown[]): Promise<void> => {
        this.done.push([name, ...told]);
        return Promise.resolve();
      };
    const parts: Partial<IWorkbench> = {
      translator: nullTranslator,
      trans: nullTranslator.load('bluecloud'),
      compute: (question, asked) => {
        this.done.push(['compute', question, asked]);
        return Promise.resolve().then(() => {
          const answer = this.answers[question];
          if (!answer) {
            throw new PanelError('Unexpected', `nobody answers ${question}`);
          }
          return answer(asked);
        });
      },
      land: () => Promise.reject(new PanelError('Unreachable', 'no land')),
      runAnalysis: act('run'),
      submitAnalysis: (...told) => act('submit')(...told).then(() => []),
      insert: act('insert')
    };
    return parts as IWorkbench;
  }

  /** What a question was last asked with. */
  asked(question: string): unknown {
    return this.done.filter(each => each[0] === 'compute' && each[1] === question).at(-1)?.[2];
  }
}

/** The control of a label, once it is drawn. */
export function control(node: HTMLElement, label: string): Promise<HTMLInputElement> {
  return vi.waitFor(() => {
    const found = [...node.querySelectorAll('label')].find(each => each.textContent.trim() === label);
    const own = found?.control ?? found?.querySelector('input, select, textarea');
    return own ? (own as HTMLInputElement) : expect.fail(`no control ${label}`);
  }, PATIENT);
}

/** Give a control a value as a person does, past React's own setter, which would see no change. */
export function give(input: HTMLElement, value: string): void {
  const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), 'value');
  own?.set?.call(input, value);
  input.dispatchEvent(new Event(input.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
}

/** Press a button once it is drawn. */
export async function press(node: HTMLElement, label: string | RegExp): Promise<void> {
  const button = await vi.waitFor(() => {
    const found = [...node.querySelectorAll('button')].find(each =>
      typeof label === 'string' ? each.textContent === label : label.test(each.textContent)
    );
    return found ?? expect.fail(`no button ${label}`);
  }, PATIENT);
  button.click();
}

/** Wait until the text is drawn. */
export async function sees(node: HTMLElement, text: string): Promise<void> {
  await vi.waitFor(() => {
    expect(node.textContent).toContain(text);
  }, PATIENT);
}
