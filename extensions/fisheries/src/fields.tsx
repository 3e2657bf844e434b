/** The controls of the view: each with its label, all native and so reachable by keyboard. */
import { useEffect, useId, useState } from 'react';
import type { JSX } from 'react';

interface ISelectProps {
  readonly label: string;
  readonly value: string;
  /** Values with what they are called. */
  readonly options: readonly (readonly [string, string])[];
  readonly onValue: (value: string) => void;
}

export function Select({ label, value, options, onValue }: ISelectProps): JSX.Element {
  const id = useId();
  return (
    <div className="bc-Field">
      <label className="bc-Field-label" htmlFor={id}>
        {label}
      </label>
      <select
        className="bc-Input"
        id={id}
        value={value}
        onChange={event => onValue(event.target.value)}
      >
        {options.map(([each, title]) => (
          <option key={each} value={each}>
            {title}
          </option>
        ))}
      </select>
    </div>
  );
}

interface INumberProps {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly onValue: (value: number) => void;
}

/** A number, told on once it is one of those that are allowed. */
export function NumberField(props: INumberProps): JSX.Element {
  const { label, value, low, high, step, onValue } = props;
  const id = useId();
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const allows = (written: string): boolean =>
    written.trim() !== '' && Number(written) >= low && Number(written) <= high;
  return (
    <div className="bc-Field">
      <label className="bc-Field-label" htmlFor={id}>
        {label}
      </label>
      <input
        className="bc-Input"
        id={id}
        type="number"
        min={low}
        max={high}
        step={step}
        value={text}
        aria-invalid={!allows(text)}
        onChange={event => {
          setText(event.target.value);
          if (allows(event.target.value)) {
            onValue(Number(event.target.value));
          }
        }}
      />
    </div>
  );
}
