import { useState } from 'react';
import type { JSX } from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';

import { AddOwn } from './addOwn';
import { Problems } from './answer';
import { AskedNow } from './askedNow';
import { Fold } from './fold';
import { FindForm } from './findForm';
import { NARROWING, NO_WISH, isEmpty, toggled } from './findQuery';
import type { IWish } from './findQuery';
import { HitCard } from './hitCard';
import { SourceChips } from './sourceChips';
import type { IWorkbench } from './tokens';
import { useFound } from './useFound';
import type { IFound } from './useFound';
import type { Facet } from './wire';

/** Finding data of all sources: what is here at once, what the deployment has when it comes. */
export class FindView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
    this.title.label = _workbench.trans.__('Find');
  }

  protected render(): JSX.Element {
    return <Find workbench={this._workbench} />;
  }
}

function Find({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const [wish, setWish] = useState(NO_WISH);
  const found = useFound(workbench, wish);
  return (
    <>
      <FindForm workbench={workbench} wish={wish} onWish={setWish} />
      <Fold title={trans.__('Sources and how they are now')}>
        <SourceChips
          workbench={workbench}
          chosen={wish.chosen['source'] ?? []}
          onToggle={source => setWish(toggled(wish, 'source', source))}
        />
      </Fold>
      <Fold title={trans.__('Add a file of mine')}>
        <AddOwn workbench={workbench} />
      </Fold>
      {isEmpty(wish) ? (
        <p className="bc-Note">
          {trans.__('Words, a box, a period or a source: whatever you know of what you look for.')}
        </p>
      ) : (
        <>
          <Results workbench={workbench} wish={wish} onWish={setWish} found={found} />
          <AskedNow workbench={workbench} wish={wish} found={found.found} />
        </>
      )}
    </>
  );
}

interface IResultsProps {
  readonly workbench: IWorkbench;
  readonly wish: IWish;
  readonly onWish: (wish: IWish) => void;
  readonly found: IFound;
}

function Results({ workbench, wish, onWish, found: asked }: IResultsProps): JSX.Element {
  const { trans } = workbench;
  const { found, isAsked, problems, more, reading } = asked;
  return (
    <>
      <p className="bc-Note" role="status">
        {found
          ? trans.__('%1 found in %2', found.total, found.where)
          : problems.length === 0 && trans.__('Looking…')}{' '}
        {isAsked && trans.__('The deployment’s index is being asked…')}
      </p>
      <Problems problems={problems} />
      {found?.suggestion && (
        <p className="bc-Note">
          {trans.__('Did you mean')}{' '}
          <button
            className="bc-Button"
            type="button"
            onClick={() => onWish({ ...wish, text: found.suggestion })}
          >
            {found.suggestion}
          </button>
        </p>
      )}
      {found && (
        <>
          <Facets
            facets={found.facets}
            wish={wish}
            trans={trans}
            onToggle={(facet, value) => onWish(toggled(wish, facet, value))}
          />
          <ul className="bc-Cards">
            {found.hits.map(hit => (
              <HitCard key={hit.id} hit={hit} workbench={workbench} />
            ))}
          </ul>
          {found.token && (
            <button className="bc-Button" type="button" disabled={reading} onClick={more}>
              {trans.__('Show more: %1 of %2 are shown', found.hits.length, found.total)}
            </button>
          )}
        </>
      )}
    </>
  );
}

interface IFacetsProps {
  readonly facets: readonly Facet[];
  readonly wish: IWish;
  readonly trans: TranslationBundle;
  readonly onToggle: (facet: string, value: string) => void;
}

/** How what was found divides, to narrow it by. */
function Facets({ facets, wish, trans, onToggle }: IFacetsProps): JSX.Element {
  const named: Readonly<Record<string, string>> = {
    source: trans.__('Source'),
    level: trans.__('Kind'),
    variable: trans.__('Variable'),
    platform: trans.__('Platform')
  };
  const shown = NARROWING.map(name => facets.find(facet => facet.name === name)).filter(
    facet => facet !== undefined && facet.values.length > 0
  );
  return (
    <details className="bc-More">
      <summary>{trans.__('Narrow')}</summary>
      {shown.map(
        facet =>
          facet && (
            <fieldset className="bc-Facet" key={facet.name}>
              <legend className="bc-Field-label">{named[facet.name]}</legend>
              {facet.values.map(({ value, label, number }) => (
                <label className="bc-Field-check" key={value}>
                  <input
                    type="checkbox"
                    checked={wish.chosen[facet.name]?.includes(value) ?? false}
                    onChange={() => onToggle(facet.name, value)}
                  />
                  {label} ({number})
                </label>
              ))}
            </fieldset>
          )
      )}
    </details>
  );
}
