import { useId } from 'react';
import type { JSX } from 'react';
import { StepSlider } from '@bluecloud/core';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { BoxAsked, RadarAsked } from './wire';

const FALSE_ALARMS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3];
const MIN_AREAS_M2 = [0, 100, 200, 500, 1000, 2000, 4500, 10000];
const MAX_AREAS_M2 = [1000, 2000, 4500, 10000, 25000, 50000, 100000, 250000];
const LENGTHS_M = [50, 100, 200, 300, 500, 1000, 2000];
const MERGED_M = [0, 20, 40, 60, 100, 200];
const REACHES_M = [10, 15, 20, 30, 50, 100, 200, 500];
const CAGES = [1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20];
const WITHIN_M = [100, 250, 500, 1000, 2000, 5000];

interface ILimitsProps<Asked> {
  readonly asked: Asked;
  readonly onAsked: (changed: Partial<Asked>) => void;
  readonly trans: TranslationBundle;
}

interface IRadarLimitsProps extends ILimitsProps<RadarAsked> {
  /** How many scenes there are. */
  readonly scenes: number;
}

/** How bright and how often an object in radar must be. */
export function RadarLimits({ asked, onAsked, trans, scenes }: IRadarLimitsProps): JSX.Element {
  const id = useId();
  const methods = [
    ['ca', trans.__('mean of the sea around')],
    ['os', trans.__('order of the sea around')],
    ['two-parameter', trans.__('mean and deviation around')]
  ] as const;
  return (
    <>
      <StepSlider
        label={trans.__('False alarms of a cell and scene')}
        steps={FALSE_ALARMS}
        value={asked.pfa}
        onValue={pfa => onAsked({ pfa })}
        told={value => trans.__('1 in %1', Math.round(1 / value).toLocaleString())}
      />
      <StepSlider
        label={trans.__('Detected in at least')}
        steps={Array.from({ length: scenes }, (_, less) => (less + 1) / scenes)}
        value={asked.persistence}
        onValue={persistence => onAsked({ persistence })}
        told={value => trans.__('%1 of %2 scenes', Math.ceil(value * scenes - 1e-9), scenes)}
        help={trans.__('Cages stay, ships move.')}
      />
      <Sizes asked={asked} onAsked={onAsked} trans={trans}>
        <StepSlider
          label={trans.__('Longest')}
          steps={LENGTHS_M}
          value={asked.max_length_m}
          onValue={max_length_m => onAsked({ max_length_m })}
          told={value => trans.__('%1 m', value)}
        />
        <StepSlider
          label={trans.__('One object if as close as')}
          steps={MERGED_M}
          value={asked.merge_m}
          onValue={merge_m => onAsked({ merge_m })}
          told={value => trans.__('%1 m', value)}
        />
        <div className="bc-Field">
          <label className="bc-Field-label" htmlFor={id}>
            {trans.__('Compared with')}
          </label>
          <select
            className="bc-Input"
            id={id}
            value={asked.method}
            onChange={event => {
              const method = methods.find(([name]) => name === event.target.value)?.[0];
              onAsked({ method: method ?? 'ca' });
            }}
          >
            {methods.map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </div>
      </Sizes>
    </>
  );
}

interface IBoxLimitsProps extends ILimitsProps<BoxAsked> {
  /** That there are images of. */
  readonly years: readonly number[];
}

/** Which boxes are one farm. */
export function BoxLimits({ asked, onAsked, trans, years }: IBoxLimitsProps): JSX.Element {
  const id = useId();
  return (
    <>
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={id}>
          {trans.__('Year of the images')}
        </label>
        <select
          className="bc-Input"
          id={id}
          value={asked.year ?? years.at(-1) ?? ''}
          onChange={event => onAsked({ year: Number(event.target.value) })}
        >
          {years.map(year => (
            <option key={year} value={year}>
              {year}
            </option>
          ))}
        </select>
      </div>
      <StepSlider
        label={trans.__('Neighbours are as close as')}
        steps={REACHES_M}
        value={asked.eps_m}
        onValue={eps_m => onAsked({ eps_m })}
        told={value => trans.__('%1 m', value)}
      />
      <StepSlider
        label={trans.__('A farm from so many neighbours')}
        steps={CAGES}
        value={asked.min_cages}
        onValue={min_cages => onAsked({ min_cages })}
        told={value => trans._n('%1 cage', '%1 cages', value, value)}
      />
      <Sizes asked={asked} onAsked={onAsked} trans={trans} />
    </>
  );
}

interface ISizesProps {
  readonly asked: Pick<RadarAsked, 'min_area_m2' | 'max_area_m2' | 'within_m'>;
  readonly onAsked: (
    changed: Partial<Pick<RadarAsked, 'min_area_m2' | 'max_area_m2' | 'within_m'>>
  ) => void;
  readonly trans: TranslationBundle;
  readonly children?: React.ReactNode;
}

/** How large a farm must be, and how far from its site in the register. */
function Sizes({ asked, onAsked, trans, children }: ISizesProps): JSX.Element {
  const area = (value: number): string => trans.__('%1 m²', value.toLocaleString());
  return (
    <>
      <StepSlider
        label={trans.__('Smallest area')}
        steps={MIN_AREAS_M2}
        value={asked.min_area_m2}
        onValue={min_area_m2 => onAsked({ min_area_m2 })}
        told={area}
      />
      <details className="bc-More">
        <summary>{trans.__('More limits')}</summary>
        <StepSlider
          label={trans.__('Largest area')}
          steps={MAX_AREAS_M2}
          value={asked.max_area_m2}
          onValue={max_area_m2 => onAsked({ max_area_m2 })}
          told={area}
        />
        {children}
        <StepSlider
          label={trans.__('At its registered site within')}
          steps={WITHIN_M}
          value={asked.within_m}
          onValue={within_m => onAsked({ within_m })}
          told={value => trans.__('%1 m', value.toLocaleString())}
        />
      </details>
    </>
  );
}
