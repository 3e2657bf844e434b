import { useEffect, useId, useState } from 'react';
import type { JSX } from 'react';
import { StepSlider } from '@bluecloud/core';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IChosen } from './questions';
import type { Choices } from './wire';

const LENGTHS_KM = [25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1300, 1600, 2000];
const EPSILON2 = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
const ERROR_MAX = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

interface IControlsProps {
  readonly choices: Choices;
  readonly chosen: IChosen;
  readonly onChosen: (changed: Partial<IChosen>) => void;
  readonly trans: TranslationBundle;
}

/** Which samples are mapped. */
export function SampleControls({ choices, chosen, onChosen, trans }: IControlsProps): JSX.Element {
  const id = useId();
  return (
    <>
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={`${id}-taxon`}>
          {choices.taxa[0]?.found === null ? trans.__('Taxon') : trans.__('Taxon (samples that hold it)')}
        </label>
        <select
          className="bc-Input"
          id={`${id}-taxon`}
          value={chosen.taxon}
          onChange={event => onChosen({ taxon: event.target.value })}
        >
          {choices.taxa.map(({ name, found }) => (
            <option key={name} value={name}>
              {found === null ? name : trans.__('%1 (%2)', name, found.toLocaleString())}
            </option>
          ))}
        </select>
      </div>
      <div className="bc-FieldRow">
        <div className="bc-Field">
          <label className="bc-Field-label" htmlFor={`${id}-month`}>
            {trans.__('Month')}
          </label>
          <select
            className="bc-Input"
            id={`${id}-month`}
            value={chosen.month ?? 0}
            onChange={event => onChosen({ month: Number(event.target.value) || null })}
          >
            <option value={0}>{trans.__('all')}</option>
            {monthNames('long').map((name, place) => (
              <option key={name} value={place + 1}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <Year
          label={trans.__('Years from')}
          year={chosen.firstYear}
          onYear={firstYear => onChosen({ firstYear })}
        />
        <Year
          label={trans.__('to')}
          year={chosen.lastYear}
          onYear={lastYear => onChosen({ lastYear })}
        />
      </div>
    </>
  );
}

/** Over what distance samples tell of one another. */
export function LengthControl({ chosen, onChosen, trans }: Omit<IControlsProps, 'choices'>): JSX.Element {
  return (
    <StepSlider
      label={trans.__('Correlation length')}
      steps={LENGTHS_KM}
      value={chosen.lengthKm}
      onValue={lengthKm => onChosen({ lengthKm })}
      told={value => trans.__('%1 km', value)}
    />
  );
}

/** How far samples are trusted, and how sure the map has to be to be shown. */
export function TrustControls({ chosen, onChosen, trans }: Omit<IControlsProps, 'choices'>): JSX.Element {
  return (
    <>
      <StepSlider
        label={trans.__('Noise of a sample')}
        steps={EPSILON2}
        value={chosen.epsilon2}
        onValue={epsilon2 => onChosen({ epsilon2 })}
        told={value => trans.__('%1 × the field', value)}
        help={trans.__('Variance of its error over that of the field (ε²): large trusts no single sample.')}
      />
      <StepSlider
        label={trans.__('Hide above a relative error of')}
        steps={ERROR_MAX}
        value={chosen.errorMax}
        onValue={errorMax => onChosen({ errorMax })}
        told={value => (value === 1 ? trans.__('1: hide nothing') : String(value))}
      />
    </>
  );
}

interface IYearProps {
  readonly label: string;
  readonly year: number;
  readonly onYear: (year: number) => void;
}

/** A year, told on once it has four digits. */
function Year({ label, year, onYear }: IYearProps): JSX.Element {
  const id = useId();
  const [text, setText] = useState(String(year));
  useEffect(() => setText(String(year)), [year]);
  const isYear = (written: string): boolean => /^(19|20)\d\d$/.test(written);
  return (
    <div className="bc-Field">
      <label className="bc-Field-label" htmlFor={id}>
        {label}
      </label>
      <input
        className="bc-Input"
        id={id}
        type="number"
        min={1900}
        max={2099}
        value={text}
        aria-invalid={!isYear(text)}
        onChange={event => {
          setText(event.target.value);
          if (isYear(event.target.value)) {
            onYear(Number(event.target.value));
          }
        }}
      />
    </div>
  );
}

/** The months' names in the person's language, January first. */
export function monthNames(style: 'long' | 'narrow' | 'short'): readonly string[] {
  const format = new Intl.DateTimeFormat(document.documentElement.lang || 'en', {
    month: style,
    timeZone: 'UTC'
  });
  return Array.from({ length: 12 }, (_, month) => format.format(Date.UTC(2021, month, 15)));
}
