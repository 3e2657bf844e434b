import type { JSX } from 'react';
import { Choice, NumberField, StepSlider, monthNames } from '@bluecloud/core';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IChosen } from './questions';
import type { Choices } from './wire';

const LENGTHS_KM = [25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1300, 1600, 2000];
const EPSILON2 = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
const ERROR_MAX = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const YEARS = { least: 1900, most: 2099 };

interface IControlsProps {
  readonly choices: Choices;
  readonly chosen: IChosen;
  readonly onChosen: (changed: Partial<IChosen>) => void;
  readonly trans: TranslationBundle;
}

/** Which samples are mapped. */
export function SampleControls({ choices, chosen, onChosen, trans }: IControlsProps): JSX.Element {
  const isCounted = choices.taxa[0]?.found !== null;
  const taxa = choices.taxa.map(
    ({ name, found }) =>
      [name, found === null ? name : trans.__('%1 (%2)', name, found.toLocaleString())] as const
  );
  const months = monthNames('long').map((name, place) => [String(place + 1), name] as const);
  return (
    <>
      <Choice
        label={isCounted ? trans.__('Taxon (samples that hold it)') : trans.__('Taxon')}
        value={chosen.taxon}
        options={taxa}
        onValue={taxon => onChosen({ taxon })}
      />
      <div className="bc-Controls">
        <Choice
          label={trans.__('Month')}
          value={String(chosen.month ?? 0)}
          options={[['0', trans.__('all')], ...months]}
          onValue={month => onChosen({ month: Number(month) || null })}
        />
        <NumberField
          {...YEARS}
          label={trans.__('Years from')}
          value={chosen.firstYear}
          trans={trans}
          onValue={firstYear => onChosen({ firstYear })}
        />
        <NumberField
          {...YEARS}
          label={trans.__('to')}
          value={chosen.lastYear}
          trans={trans}
          onValue={lastYear => onChosen({ lastYear })}
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
