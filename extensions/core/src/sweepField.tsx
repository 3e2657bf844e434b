import { useId } from 'react';
import type { JSX } from 'react';
import type { ReadonlyJSONValue } from '@lumino/coreutils';
import { JSONExt } from '@lumino/coreutils';
import type { RJSFSchema } from '@rjsf/utils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { begun, choicesOf, isNumber } from './sweep';
import type { IWritten, Written } from './sweep';

/** What the fields of a form need to know of its sweep. */
export interface ISweepContext {
  /** The parameters that can be swept. */
  readonly names: readonly string[];
  readonly written: Written;
  readonly problems: Readonly<Record<string, string>>;
  readonly trans: TranslationBundle;
  /** Write the values of a parameter; null gives it its one value again. */
  readonly write: (name: string, written: IWritten | null) => void;
}

interface ISweepFieldProps {
  readonly name: string;
  readonly label: string;
  readonly schema: RJSFSchema;
  /** The value that the field itself has. */
  readonly present: ReadonlyJSONValue | undefined;
  readonly sweep: ISweepContext;
}

/** Below a field: several values of it, of which each is run. */
export function SweepField(props: ISweepFieldProps): JSX.Element {
  const { name, label, schema, present, sweep } = props;
  const { trans } = sweep;
  const id = useId();
  const written = sweep.written[name];
  if (!written) {
    return (
      <button
        className="bc-Link"
        type="button"
        title={trans.__('Several values of %1, each run', label)}
        onClick={() => sweep.write(name, begun(schema, present))}
      >
        {trans.__('Add a value')}
      </button>
    );
  }
  const problem = sweep.problems[name] ?? '';
  const choices = choicesOf(schema, trans);
  return (
    <fieldset className="bc-Sweep" aria-describedby={problem ? `${id}-problem` : undefined}>
      <legend className="bc-Field-help">{trans.__('Values to run: %1', label)}</legend>
      {choices ? (
        choices.map(choice => (
          <label className="bc-Field-check" key={choice.label}>
            <input
              type="checkbox"
              checked={written.chosen.some(one => JSONExt.deepEqual(one, choice.value))}
              onChange={event =>
                sweep.write(name, {
                  ...written,
                  chosen: event.target.checked
                    ? [...written.chosen, choice.value]
                    : written.chosen.filter(one => !JSONExt.deepEqual(one, choice.value))
                })
              }
            />
            {choice.label}
          </label>
        ))
      ) : (
        <>
          <textarea
            rows={isNumber(schema) ? 1 : 3}
            aria-label={trans.__('Values to run: %1', label)}
            aria-describedby={`${id}-help`}
            aria-invalid={problem !== ''}
            value={written.text}
            onChange={event => sweep.write(name, { ...written, text: event.target.value })}
          />
          <p className="bc-Field-help" id={`${id}-help`}>
            {isNumber(schema)
              ? trans.__('A list, 1, 2, 5, or a range with its step, 10:50:10.')
              : schema.type === 'array'
                ? trans.__('One a line, its parts with commas between.')
                : trans.__('One a line.')}
          </p>
        </>
      )}
      {problem && (
        <p className="bc-Field-error" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
      <button
        className="bc-Link"
        type="button"
        title={trans.__('Only the value of %1 above', label)}
        onClick={() => sweep.write(name, null)}
      >
        {trans.__('Only one value')}
      </button>
    </fieldset>
  );
}
