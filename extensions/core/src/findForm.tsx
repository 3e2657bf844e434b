import { Suspense, useEffect, useId, useState } from 'react';
import type { JSX } from 'react';

import { SeaMap } from './drawing';
import { Fold } from './fold';
import type { IWish } from './findQuery';
import type { IWorkbench } from './tokens';
import type { Suggestion } from './wire';

interface IFindFormProps {
  readonly workbench: IWorkbench;
  readonly wish: IWish;
  readonly onWish: (wish: IWish) => void;
}

/** What is looked for: words, with suggestions, and behind a fold where, when and how deep. */
export function FindForm({ workbench, wish, onWish }: IFindFormProps): JSX.Element {
  const { trans } = workbench;
  const id = useId();
  return (
    <div className="bc-Form" role="search">
      <label className="bc-Field-label" htmlFor={`${id}-text`}>
        {trans.__('Find data of all sources')}
      </label>
      <input
        id={`${id}-text`}
        className="bc-Input"
        type="search"
        value={wish.text}
        placeholder={trans.__('oxygen, cod, Argo…')}
        onChange={event => onWish({ ...wish, text: event.target.value })}
      />
      <Suggestions workbench={workbench} wish={wish} onWish={onWish} />
      {wish.terms.length > 0 && (
        <div className="bc-Chips" role="group" aria-label={trans.__('Chosen')}>
          {wish.terms.map(term => (
            <button
              className="bc-Chip"
              type="button"
              key={`${term.kind} ${term.value}`}
              aria-pressed={true}
              title={trans.__('No longer look for it')}
              onClick={() => onWish({ ...wish, terms: wish.terms.filter(one => one !== term) })}
            >
              {term.label} ✕
            </button>
          ))}
        </div>
      )}
      <Fold title={trans.__('Where, when, how deep')}>
        <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
          <SeaMap
            workbench={workbench}
            label={trans.__('Map to draw a box on')}
            box={wish.box}
            onBox={box => onWish({ ...wish, box })}
          />
        </Suspense>
        <div className="bc-Pair">
          <label>
            <span className="bc-Field-label">{trans.__('From')}</span>
            <input
              className="bc-Input"
              type="date"
              value={wish.first}
              max={wish.last || undefined}
              onChange={event => onWish({ ...wish, first: event.target.value })}
            />
          </label>
          <label>
            <span className="bc-Field-label">{trans.__('To')}</span>
            <input
              className="bc-Input"
              type="date"
              value={wish.last}
              min={wish.first || undefined}
              onChange={event => onWish({ ...wish, last: event.target.value })}
            />
          </label>
        </div>
        <div className="bc-Pair">
          <label>
            <span className="bc-Field-label">{trans.__('Below (m)')}</span>
            <input
              className="bc-Input"
              type="number"
              step="any"
              value={wish.shallowest}
              onChange={event => onWish({ ...wish, shallowest: event.target.value })}
            />
          </label>
          <label>
            <span className="bc-Field-label">{trans.__('Above (m)')}</span>
            <input
              className="bc-Input"
              type="number"
              step="any"
              value={wish.deepest}
              onChange={event => onWish({ ...wish, deepest: event.target.value })}
            />
          </label>
        </div>
      </Fold>
    </div>
  );
}

/** What the vocabulary knows that the last words may mean. */
function Suggestions({ workbench, wish, onWish }: IFindFormProps): JSX.Element {
  const { trans } = workbench;
  const [suggestions, setSuggestions] = useState<readonly Suggestion[]>([]);
  const { text } = wish;
  useEffect(() => {
    let wanted = true;
    const none = (): void => setSuggestions([]);
    if (text.trim().length < 2) {
      none();
      return;
    }
    workbench.suggest(text).then(
      answer => wanted && setSuggestions(answer.suggestions),
      none // words can be looked for without
    );
    return () => {
      wanted = false;
    };
  }, [workbench, text]);
  const open = suggestions.filter(
    each => !wish.terms.some(term => term.kind === each.kind && term.value === each.value)
  );
  if (open.length === 0) {
    return <></>;
  }
  return (
    <div className="bc-Chips" role="group" aria-label={trans.__('Suggestions')}>
      {open.map(each => (
        <button
          className="bc-Chip"
          type="button"
          key={`${each.kind} ${each.value}`}
          onClick={() => onWish({ ...wish, text: '', terms: [...wish.terms, each] })}
        >
          {each.label}{' '}
          <span className="bc-Chip-state">
            {each.kind === 'taxon' ? trans.__('taxon') : trans.__('variable')}
          </span>
        </button>
      ))}
    </div>
  );
}
