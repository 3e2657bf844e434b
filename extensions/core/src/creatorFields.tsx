import { useId } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Creator } from './wire';

const NOBODY: Creator = { name: '', orcid: '', affiliation: '' };

interface ICreatorFieldsProps {
  readonly creators: readonly Creator[];
  readonly trans: TranslationBundle;
  readonly onCreators: (creators: readonly Creator[]) => void;
}

/** Who made a product; one of them at least with an ORCID. */
export function CreatorFields({ creators, trans, onCreators }: ICreatorFieldsProps): JSX.Element {
  const id = useId();
  const isKnown = creators.some(creator => creator.orcid !== '');
  const fields = [
    ['name', trans.__('Name')],
    ['orcid', trans.__('ORCID')],
    ['affiliation', trans.__('Affiliation')]
  ] as const;
  const change = (place: number, changed: Partial<Creator>): void =>
    onCreators(creators.map((one, number) => (number === place ? { ...one, ...changed } : one)));
  return (
    <fieldset className="bc-Field bc-Product-creators">
      <legend className="bc-Field-label">{trans.__('Creators')}</legend>
      <p className="bc-Field-help" id={`${id}-help`}>
        {trans.__('One of them at least with an ORCID, as 0000-0002-1825-0097: orcid.org gives one to everybody.')}
      </p>
      {creators.map((creator, place) => (
        <fieldset className="bc-Field" key={place}>
          <legend className="bc-Field-help">{trans.__('Creator %1', place + 1)}</legend>
          {fields.map(([name, label]) => (
            <div key={name}>
              <label htmlFor={`${id}-${place}-${name}`}>{label}</label>
              <input
                id={`${id}-${place}-${name}`}
                type="text"
                required={name === 'name' || (name === 'orcid' && place === 0 && !isKnown)}
                pattern={name === 'orcid' ? '(https://orcid.org/)?[0-9]{4}(-[0-9]{4}){2}-[0-9]{3}[0-9X]' : undefined}
                aria-describedby={name === 'orcid' ? `${id}-help` : undefined}
                value={creator[name]}
                onChange={event => change(place, { [name]: event.target.value.trimStart() })}
              />
            </div>
          ))}
          {creators.length > 1 && (
            <button
              className="bc-Link"
              type="button"
              onClick={() => onCreators(creators.filter((_one, number) => number !== place))}
            >
              {trans.__('Remove creator %1', place + 1)}
            </button>
          )}
        </fieldset>
      ))}
      <button className="bc-Button" type="button" onClick={() => onCreators([...creators, NOBODY])}>
        {trans.__('Add a creator')}
      </button>
    </fieldset>
  );
}
