import { useEffect, useState } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { explained } from './api';
import { hasWords, request } from './findQuery';
import type { IWish } from './findQuery';
import { HitCard } from './hitCard';
import type { IWorkbench } from './tokens';
import type { Askable, Found } from './wire';

/** So long a wish has to rest before strangers are asked about it, in ms. */
const REST_MS = 900;

/** What one provider says, as soon as it has said something. */
interface ISaid {
  readonly found: Found | null;
  readonly reason: string;
}

type Answers = Readonly<Record<string, ISaid>>;

interface IAskedNowProps {
  readonly workbench: IWorkbench;
  readonly wish: IWish;
  /** What is shown above, and not here again. */
  readonly found: Found | null;
}

/** What the providers' own searches find, each as it comes; a silent one keeps nobody waiting. */
export function AskedNow({ workbench, wish, found }: IAskedNowProps): JSX.Element | null {
  const { trans } = workbench;
  const providers = useProviders(workbench, wish);
  const answers = useAnswers(workbench, wish, providers);
  if (providers.length === 0) {
    return null;
  }
  const shown = new Set(found?.hits.map(hit => hit.id));
  const hits = providers.flatMap(({ source }) =>
    (answers[source]?.found?.hits ?? []).filter(hit => !shown.has(hit.id))
  );
  const told = (
    <ul className="bc-Providers" aria-live="polite">
      {providers.map(({ source, title }) => (
        <li key={source}>
          {title}: {words(answers[source], trans)}
        </li>
      ))}
    </ul>
  );
  const noneAnswers = providers.every(({ source }) => answers[source] && !answers[source].found);
  return (
    <section aria-label={trans.__('Asked now')}>
      <h3 className="bc-Section-title">{trans.__('Providers, asked now')}</h3>
      {noneAnswers ? (
        <details className="bc-More">
          <summary>{trans.__('None of them answers')}</summary>
          {told}
        </details>
      ) : (
        told
      )}
      <ul className="bc-Cards">
        {hits.map(hit => (
          <HitCard key={hit.id} hit={hit} workbench={workbench} />
        ))}
      </ul>
    </section>
  );
}

function words(said: ISaid | undefined, trans: TranslationBundle): string {
  if (!said) {
    return trans.__('being asked…');
  }
  return said.found ? trans.__('%1 found', said.found.total) : said.reason;
}

/** Those to be asked: of the chosen sources, if any is chosen; none without a word. */
function useProviders({ laboratory }: IWorkbench, wish: IWish): readonly Askable[] {
  const chosen = wish.chosen['source'] ?? [];
  const isNarrowed = ['level', 'variable', 'platform'].some(name => wish.chosen[name]?.length);
  if (!hasWords(wish) || isNarrowed) {
    return []; // they know nothing of our kinds
  }
  return laboratory.askable.filter(({ source }) => chosen.length === 0 || chosen.includes(source));
}

function useAnswers(
  workbench: IWorkbench,
  wish: IWish,
  providers: readonly Askable[]
): Answers {
  const [answers, setAnswers] = useState<Answers>({});
  const text = JSON.stringify(request(wish));
  const names = providers.map(({ source }) => source).join(' ');
  useEffect(() => {
    setAnswers({});
    if (!names) {
      return;
    }
    let wanted = true;
    const timer = setTimeout(() => {
      for (const source of names.split(' ')) {
        const took = (said: ISaid): void => {
          if (wanted) {
            setAnswers(before => ({ ...before, [source]: said }));
          }
        };
        workbench.find({ ...(JSON.parse(text) as ReturnType<typeof request>), where: `at:${source}` }).then(
          found => took({ found, reason: '' }),
          (error: unknown) => took({ found: null, reason: explained(error) })
        );
      }
    }, REST_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [workbench, names, text]);
  return answers;
}
