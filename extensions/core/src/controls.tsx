import { useEffect, useId, useState } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

export interface INumberFieldProps {
  readonly label: string;
  readonly unit?: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step?: number;
  readonly trans: TranslationBundle;
  readonly onValue: (value: number) => void;
}

/** A number within its range; what is outside is said, and not taken. */
export function NumberField(props: INumberFieldProps): JSX.Element {
  const { label, unit, value, least, most, step = 1, trans, onValue } = props;
  const [text, setText] = useState(String(value));
  const id = useId();
  useEffect(() => setText(String(value)), [value]);
  const taken = allowed(text, least, most, step);
  return (
    <div className="bc-Control">
      <label htmlFor={id}>{unit ? `${label} (${unit})` : label}</label>
      <input
        className="bc-Input"
        id={id}
        type="number"
        min={least}
        max={most}
        step={step}
        value={text}
        aria-invalid={!taken}
        aria-describedby={taken ? undefined : `${id}-wrong`}
        onChange={event => {
          setText(event.target.value);
          if (allowed(event.target.value, least, most, step)) {
            onValue(Number(event.target.value));
          }
        }}
      />
      {!taken && (
        <p className="bc-Field-error" id={`${id}-wrong`} role="alert">
          {trans.__('From %1 to %2.', least, most)}
        </p>
      )}
    </div>
  );
}

function allowed(text: string, least: number, most: number, step: number): boolean {
  const value = Number(text);
  const whole = step % 1 !== 0 || Number.isInteger(value);
  return text.trim() !== '' && value >= least && value <= most && whole;
}

export interface IDayFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** A day. */
export function DayField({ label, value, onValue }: IDayFieldProps): JSX.Element {
  const id = useId();
  return (
    <div className="bc-Control">
      <label htmlFor={id}>{label}</label>
      <input
        className="bc-Input"
        id={id}
        type="date"
        value={value}
        onChange={event => event.target.value && onValue(event.target.value)}
      />
    </div>
  );
}

export interface IChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  /** What is chosen from: value and text. */
  readonly options: readonly (readonly [Value, string])[];
  readonly onValue: (value: Value) => void;
}

/** One of several. */
export function Choice<Value extends string>(props: IChoiceProps<Value>): JSX.Element {
  const { label, value, options, onValue } = props;
  const id = useId();
  return (
    <div className="bc-Control bc-mod-wide">
      <label htmlFor={id}>{label}</label>
      <select
        className="bc-Input"
        id={id}
        value={value}
        onChange={event => {
          const chosen = options.find(([key]) => key === event.target.value);
          if (chosen) {
            onValue(chosen[0]);
          }
        }}
      >
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
