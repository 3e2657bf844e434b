import { Suspense, lazy, useState } from 'react';
import type { JSX } from 'react';
import { Computed, OpenAsNotebook, OriginNote } from '@bluecloud/core';

import { useQuestion, useRegion, yearsOf } from './asking';
import { BaselineFields } from './baseline';
import type { IBaseline } from './baseline';
import { Days, Legend, Years } from './heatwaveCalendar';
import { Events } from './heatwaveEvents';
import type { IPanelProps } from './indicators';
import { RegionMap } from './region';
import type { Heatwaves } from './wire';

const YearChart = lazy(async () => ({ default: (await import('./charts')).YearChart }));

/** The heatwaves of a region: a calendar, the days of one year, the events. */
export function HeatwavesPanel({ workbench, place, box, onBox }: IPanelProps): JSX.Element {
  const { trans } = workbench;
  const [earliest, latest] = yearsOf(place);
  const [baseline, setBaseline] = useState<IBaseline>({
    first: Math.max(earliest, Math.min(1991, latest - 29)),
    last: Math.min(latest, 2020),
    percentile: 90
  });
  const [cold, setCold] = useState(false);
  const [year, setYear] = useState<number | null>(null);
  const region = useRegion(place, box);
  const asked = {
    bbox: region,
    baseline_first: baseline.first,
    baseline_last: baseline.last,
    percentile: baseline.percentile,
    cold
  };
  const calendar = useQuestion(workbench, 'heatwaves', asked);
  const shown = year ?? (calendar.value && worstYear(calendar.value));
  const days = useQuestion(
    workbench,
    'heatwave_year',
    shown === null ? null : { ...asked, year: shown }
  );
  const spells = cold ? trans.__('cold spells') : trans.__('heatwaves');
  return (
    <>
      <RegionMap
        workbench={workbench}
        place={place}
        label={trans.__('Map with the region whose %1 are shown', spells)}
        box={region}
        onBox={onBox}
      />
      <fieldset className="bc-Controls">
        <legend className="bc-Visually-hidden">{trans.__('Definition')}</legend>
        <BaselineFields
          place={place}
          label={trans.__('Baseline from')}
          range={[51, 99, 1]}
          baseline={baseline}
          onBaseline={setBaseline}
          trans={trans}
        />
        <label className="bc-Field-check">
          <input type="checkbox" checked={cold} onChange={event => setCold(event.target.checked)} />
          {trans.__('Cold spells')}
        </label>
      </fieldset>
      <Computed computed={calendar} trans={trans}>
        {found => (
          <>
            <p className="bc-Told">
              {trans.__('%1 %2 in the mean of %3 cells.', found.events.length, spells, found.cells)}
            </p>
            <OriginNote origin={found.origin} trans={trans} />
            {found.short && <p className="bc-Problem">{found.short}</p>}
            <h3 className="bc-Section-title">{trans.__('Days in %1, by month', spells)}</h3>
            <Legend cold={cold} trans={trans} />
            <Years calendar={found} cold={cold} year={shown} onYear={setYear} trans={trans} />
          </>
        )}
      </Computed>
      {shown !== null && (
        <>
          <h3 className="bc-Section-title">{trans.__('Each day of %1', shown)}</h3>
          <Computed computed={days} trans={trans}>
            {found => (
              <>
                <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
                  <YearChart days={found} cold={cold} trans={trans} />
                </Suspense>
                <Days days={found} cold={cold} trans={trans} />
              </>
            )}
          </Computed>
        </>
      )}
      {calendar.value && (
        <Events events={calendar.value.events} onYear={setYear} trans={trans} />
      )}
      <OpenAsNotebook
        workbench={workbench}
        name={place.notebook}
        values={{ entry: place.entry, area_as_one: true, ...asked }}
      />
    </>
  );
}

/** The year with the most days in an event. */
function worstYear({ years, days }: Heatwaves): number | null {
  const totals = days.map(months => months.reduce((sum, each) => sum + each, 0));
  return years[totals.indexOf(Math.max(...totals))] ?? null;
}
