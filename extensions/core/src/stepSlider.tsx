import { useId } from 'react';
import type { JSX } from 'react';

interface IStepSliderProps {
  readonly label: string;
  /** The values it can have, from the least to the largest. */
  readonly steps: readonly number[];
  readonly value: number;
  readonly onValue: (value: number) => void;
  /** A value as it is read, with its unit. */
  readonly told: (value: number) => string;
  readonly help?: string;
}

/** A slider over numbers that are worth to be tried, such as 1, 2, 5, 10, 20, 50. */
export function StepSlider(props: IStepSliderProps): JSX.Element {
  const { label, steps, value, onValue, told, help } = props;
  const id = useId();
  // A value from elsewhere may lie between two steps: the slider is at the nearest.
  const at = steps.reduce(
    (best, step, place) =>
      Math.abs(step - value) < Math.abs((steps[best] ?? Infinity) - value) ? place : best,
    0
  );
  return (
    <div className="bc-Slider">
      <label className="bc-Field-label" htmlFor={id}>
        {label}
      </label>
      <output className="bc-Slider-value" htmlFor={id}>
        {told(value)}
      </output>
      <input
        id={id}
        type="range"
        min={0}
        max={steps.length - 1}
        step={1}
        value={at}
        aria-valuetext={told(value)}
        aria-describedby={help ? `${id}-help` : undefined}
        onChange={event => onValue(steps[event.target.valueAsNumber] ?? value)}
      />
      {help && (
        <p className="bc-Field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}
