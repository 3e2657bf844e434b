import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import { DayField } from '@bluecloud/core';

export type Period = readonly [string, string];

interface IPeriodProps {
  readonly period: Period;
  readonly onPeriod: (period: Period) => void;
  readonly trans: TranslationBundle;
}

/** The first and the last day. */
export function PeriodFields({ period, onPeriod, trans }: IPeriodProps): JSX.Element {
  const [first, last] = period;
  return (
    <>
      <DayField label={trans.__('First day')} value={first} onValue={day => onPeriod([day, last])} />
      <DayField label={trans.__('Last day')} value={last} onValue={day => onPeriod([first, day])} />
      {last < first && (
        <p className="bc-Field-error" role="alert">
          {trans.__('The last day is before the first.')}
        </p>
      )}
    </>
  );
}
