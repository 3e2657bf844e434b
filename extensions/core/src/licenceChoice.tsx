import { useId } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ProductLicence } from './wire';

interface ILicenceChoiceProps {
  readonly licences: readonly ProductLicence[];
  /** As SPDX names it; empty: none. */
  readonly chosen: string;
  readonly trans: TranslationBundle;
  readonly onChosen: (spdx: string) => void;
}

/** The licences that the inputs allow to be chosen from, and why they do not allow the others. */
export function LicenceChoice({ licences, chosen, trans, onChosen }: ILicenceChoiceProps): JSX.Element {
  const id = useId();
  const allowed = licences.filter(one => !one.why_not);
  const refused = licences.filter(one => one.why_not);
  return (
    <fieldset className="bc-Field">
      <legend className="bc-Field-label">{trans.__('Licence')}</legend>
      {allowed.map(({ spdx, title }) => (
        <label className="bc-Field-check" key={spdx}>
          <input
            type="radio"
            name={`${id}-licence`}
            checked={spdx === chosen}
            onChange={() => onChosen(spdx)}
          />
          {trans.__('%1 (%2)', title, spdx)}
        </label>
      ))}
      {allowed.length === 0 && (
        <p className="bc-Problem" role="alert">
          {trans.__('The licences of its inputs exclude one another: it cannot be published.')}
        </p>
      )}
      {refused.length > 0 && (
        <>
          <p className="bc-Field-help">{trans.__('Not allowed by what it was made from:')}</p>
          <ul className="bc-Product-inputs">
            {refused.map(({ spdx, why_not: why }) => (
              <li key={spdx}>
                {spdx}: {why}
              </li>
            ))}
          </ul>
        </>
      )}
    </fieldset>
  );
}
