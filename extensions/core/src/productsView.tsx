import { useCallback, useId, useState } from 'react';
import type { JSX } from 'react';

import { Answered, useAnswer } from './answer';
import { ProductCard } from './productCard';
import { productsOf, matchingProducts } from './productVersions';
import { ProposalList } from './proposalList';
import type { IWorkbench } from './tokens';
import { ViewWhenShown } from './viewWhenShown';
import type { Product } from './wire';

/** What colleagues published, and where stands what the person proposed. */
export class ProductsView extends ViewWhenShown {
  constructor(private readonly _workbench: IWorkbench) {
    super(_workbench.trans.__('Products'));
  }

  protected draw(shown: number): JSX.Element {
    if (this._workbench.productsDesk.takeMine()) {
      this._isMine = true;
    }
    return (
      <Parts
        workbench={this._workbench}
        shown={shown}
        isMine={this._isMine}
        onMine={isMine => {
          this._isMine = isMine;
          this.update();
        }}
      />
    );
  }

  private _isMine = false;
}

interface IPartProps {
  readonly workbench: IWorkbench;
  /** How often it was shown; each time it asks anew. */
  readonly shown: number;
}

interface IPartsProps extends IPartProps {
  readonly isMine: boolean;
  readonly onMine: (isMine: boolean) => void;
}

function Parts({ workbench, shown, isMine, onMine }: IPartsProps): JSX.Element {
  const { trans } = workbench;
  return (
    <>
      <div className="bc-Chips" role="group" aria-label={trans.__('Which products')}>
        {[false, true].map(mine => (
          <button
            key={String(mine)}
            className="bc-Chip"
            type="button"
            aria-pressed={mine === isMine}
            onClick={() => onMine(mine)}
          >
            {mine ? trans.__('Mine') : trans.__('Published')}
          </button>
        ))}
      </div>
      {isMine ? (
        <ProposalList workbench={workbench} shown={shown} />
      ) : (
        <Published workbench={workbench} shown={shown} />
      )}
    </>
  );
}

function Published({ workbench, shown }: IPartProps): JSX.Element {
  const { productsDesk, trans } = workbench;
  const [answer, again] = useAnswer(
    useCallback(() => productsDesk.products(), [productsDesk, shown])
  );
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {({ products }) => <Listed workbench={workbench} products={products} />}
    </Answered>
  );
}

interface IListedProps {
  readonly workbench: IWorkbench;
  readonly products: readonly Product[];
}

function Listed({ workbench, products }: IListedProps): JSX.Element {
  const { laboratory, trans } = workbench;
  const [text, setText] = useState('');
  const [withOthers, setWithOthers] = useState(false);
  const id = useId();
  const all = productsOf(products);
  const own = all.filter(([newest]) => newest.laboratory === laboratory.slug);
  const found = matchingProducts(withOthers ? all : own, text);
  return (
    <>
      <label className="bc-Field-label" htmlFor={id}>
        {trans.__('Search')}
      </label>
      <input
        id={id}
        className="bc-Input"
        type="search"
        value={text}
        placeholder={trans.__('title, creator, keyword…')}
        onChange={event => setText(event.target.value)}
      />
      {all.length > own.length && (
        <label className="bc-Field-check">
          <input
            type="checkbox"
            checked={withOthers}
            onChange={event => setWithOthers(event.target.checked)}
          />
          {trans.__('Also of other laboratories (%1)', all.length - own.length)}
        </label>
      )}
      <p className="bc-Note" role="status">
        {trans._n('%1 product', '%1 products', found.length)}
      </p>
      {own.length === 0 && !withOthers && (
        <p className="bc-Note">
          {trans.__('Nothing is published here yet. “Publish…” at a run that succeeded proposes what it left.')}
        </p>
      )}
      <ul className="bc-Cards">
        {found.map(versions => (
          <ProductCard
            key={`${versions[0].laboratory}/${versions[0].slug}`}
            versions={versions}
            workbench={workbench}
          />
        ))}
      </ul>
    </>
  );
}
