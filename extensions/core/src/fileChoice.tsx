import { useId } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { bytes } from './amounts';
import { Remarks } from './remarks';
import type { ProductFile } from './wire';

interface IFileChoiceProps {
  readonly files: readonly ProductFile[];
  readonly chosen: readonly string[];
  readonly trans: TranslationBundle;
  readonly onChosen: (paths: readonly string[]) => void;
}

/** The files of a run, each with what was found of it; one with a fault cannot be chosen. */
export function FileChoice({ files, chosen, trans, onChosen }: IFileChoiceProps): JSX.Element {
  const id = useId();
  const toggle = (path: string): void =>
    // In the order of the list: the first that has data is what is read by the product's name.
    onChosen(
      files.map(file => file.path).filter(one => (one === path) !== chosen.includes(one))
    );
  return (
    <fieldset className="bc-Field">
      <legend className="bc-Field-label">{trans.__('Files')}</legend>
      {files.map((file, place) => (
        <div key={file.path}>
          <label className="bc-Field-check">
            <input
              type="checkbox"
              checked={chosen.includes(file.path)}
              disabled={file.errors.length > 0}
              aria-describedby={`${id}-${place}`}
              onChange={() => toggle(file.path)}
            />
            {trans.__('%1 (%2)', file.path, bytes(file.bytes))}
          </label>
          <div id={`${id}-${place}`}>
            <p className="bc-Field-help">
              {file.errors.length > 0
                ? trans.__('%1: it cannot be published', file.kind)
                : trans.__('%1: it passes', file.kind)}
            </p>
            {file.errors.map(words => (
              <p className="bc-Field-error" key={words}>
                {words}
              </p>
            ))}
          </div>
          <Remarks remarks={file.warnings} of={file.path} trans={trans} />
        </div>
      ))}
      {chosen.length === 0 && <p className="bc-Field-error">{trans.__('Choose one at least.')}</p>}
    </fieldset>
  );
}
