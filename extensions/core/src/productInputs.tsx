import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ProductInput } from './wire';

interface IProductInputsProps {
  readonly inputs: readonly ProductInput[];
  readonly trans: TranslationBundle;
  /** Whether it is said what a manager has to answer. */
  readonly asks?: boolean;
}

/** From what a product was made, each with its licence. */
export function ProductInputs({ inputs, trans, asks = false }: IProductInputsProps): JSX.Element {
  return (
    <>
      <p className="bc-Field-label">{trans.__('Made from')}</p>
      <ul className="bc-Product-inputs">
        {inputs.map(input => (
          <li key={`${input.name} ${input.licence} ${input.tier}`}>
            {trans.__('%1 (%2)', input.title, input.licence)}
            {input.synthetic && <> {trans.__('– made up, no observation')}</>}
            {asks && input.question && (
              <p className="bc-Note">{trans.__('A manager answers: %1', input.question)}</p>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
