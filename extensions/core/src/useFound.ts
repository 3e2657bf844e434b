import { useEffect, useState } from 'react';

import { explained } from './api';
import { isEmpty, joined, request } from './findQuery';
import type { IWish } from './findQuery';
import type { IWorkbench } from './tokens';
import type { FindRequest, Found } from './wire';

/** What is found, as far as it has come. */
export interface IFound {
  /** The better of the answers there are: the deployment's, else what is here. */
  readonly found: Found | null;
  /** Whether the deployment's index is still being asked. */
  readonly isAsked: boolean;
  /** Why nothing was found out here, or there. */
  readonly problems: readonly string[];
  readonly more: () => void;
  readonly reading: boolean;
}

/** So long typing has to rest before it is asked about, in ms. */
const REST_MS = 120;

/**
 * Ask what is here and what the deployment has, side by side.
 *
 * What is here is shown at once. The deployment's answer takes its place when it comes, and if it
 * does not come, that is said.
 */
export function useFound(workbench: IWorkbench, wish: IWish): IFound {
  const { keeps_runs: hasService } = workbench.laboratory;
  const [answers, setAnswers] = useState<IAnswers>(NONE);
  const [reading, setReading] = useState(false);
  const text = JSON.stringify(wish);
  useEffect(() => {
    const asked = JSON.parse(text) as IWish;
    if (isEmpty(asked)) {
      setAnswers(NONE);
      return;
    }
    let wanted = true;
    const timer = setTimeout(() => {
      setAnswers({ ...NONE, isAsked: hasService });
      const places: FindRequest['where'][] = hasService ? ['here', 'service'] : ['here'];
      for (const where of places) {
        workbench.find(request(asked, where)).then(
          found => wanted && setAnswers(before => took(before, where, found)),
          (error: unknown) =>
            wanted && setAnswers(before => failed(before, where, explained(error)))
        );
      }
    }, REST_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [workbench, hasService, text]);

  const where = answers.service ? 'service' : 'here';
  const found = answers[where];
  const more = (): void => {
    if (!found?.token || reading) {
      return;
    }
    setReading(true);
    workbench
      .find({ ...request(wish, where), token: found.token })
      .then(
        page =>
          setAnswers(before => {
            const shown = before[where];
            if (shown !== found) {
              return before; // something else was asked meanwhile
            }
            return {
              ...before,
              [where]: { ...found, token: page.token, hits: joined(found.hits, page.hits) }
            };
          }),
        (error: unknown) => setAnswers(before => failed(before, where, explained(error)))
      )
      .finally(() => setReading(false));
  };
  return { found, isAsked: answers.isAsked, problems: answers.problems, more, reading };
}

interface IAnswers {
  readonly here: Found | null;
  readonly service: Found | null;
  readonly isAsked: boolean;
  readonly problems: readonly string[];
}

const NONE: IAnswers = { here: null, service: null, isAsked: false, problems: [] };

function took(before: IAnswers, where: FindRequest['where'], found: Found): IAnswers {
  return { ...before, [where]: found, isAsked: before.isAsked && where !== 'service' };
}

function failed(before: IAnswers, where: FindRequest['where'], reason: string): IAnswers {
  const problems = [...new Set([...before.problems, reason])];
  return { ...before, problems, isAsked: before.isAsked && where !== 'service' };
}
