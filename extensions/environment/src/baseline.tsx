import type { JSX } from 'react';
import { NumberField } from '@bluecloud/core';
import type { TranslationBundle } from '@jupyterlab/translation';

import { yearsOf } from './asking';
import type { Place } from './wire';

/** The years that say what is usual, and from which percentile of them on something is not. */
export interface IBaseline {
  readonly first: number;
  readonly last: number;
  readonly percentile: number;
}

interface IBaselineProps {
  readonly place: Place;
  readonly label: string;
  /** Least, most and step of the percentile. */
  readonly range: readonly [number, number, number];
  readonly baseline: IBaseline;
  readonly onBaseline: (changed: IBaseline) => void;
  readonly trans: TranslationBundle;
}

/** Fields for a baseline. */
export function BaselineFields(props: IBaselineProps): JSX.Element {
  const { place, label, range, baseline, onBaseline, trans } = props;
  const [earliest, latest] = yearsOf(place);
  const [least, most, step] = range;
  const years = { unit: trans.__('year'), least: earliest, most: latest, trans };
  return (
    <>
      <NumberField
        {...years}
        label={label}
        value={baseline.first}
        onValue={first => onBaseline({ ...baseline, first })}
      />
      <NumberField
        {...years}
        label={trans.__('to')}
        value={baseline.last}
        onValue={last => onBaseline({ ...baseline, last })}
      />
      <NumberField
        label={trans.__('Percentile')}
        unit="%"
        value={baseline.percentile}
        least={least}
        most={most}
        step={step}
        trans={trans}
        onValue={percentile => onBaseline({ ...baseline, percentile })}
      />
    </>
  );
}
