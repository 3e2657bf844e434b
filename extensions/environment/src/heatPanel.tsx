import { Suspense, lazy, useMemo, useState } from 'react';
import type { JSX } from 'react';
import {
  Choice,
  Computed,
  NumberField,
  OpenAsNotebook,
  OriginNote,
  stepColour,
  stepsOf
} from '@bluecloud/core';
import type { IMapPoint } from '@bluecloud/core';

import { useQuestion, useRegion } from './asking';
import type { IPanelProps } from './indicators';
import { PeriodFields } from './period';
import type { Period } from './period';
import { RegionMap } from './region';
import type { Heat, HeatProfile } from './wire';

const HeatChart = lazy(async () => ({ default: (await import('./charts')).HeatChart }));

const NONE: readonly HeatProfile[] = [];

/** The heat of the profiles in a region, from the surface down. */
export function HeatPanel({ workbench, place, box, onBox }: IPanelProps): JSX.Element {
  const { trans } = workbench;
  const [period, setPeriod] = useState<Period>([place.first_day, place.last_day]);
  const [bottom, setBottom] = useState(700);
  const [chosen, setChosen] = useState('');
  const region = useRegion(place, box);
  const [first_day, last_day] = period;
  const asked = { bbox: region, first_day, last_day, layer_bottom: bottom };
  const heat = useQuestion(workbench, 'heat', last_day < first_day ? null : asked);
  const profiles = heat.value?.profiles ?? NONE;
  const steps = useMemo(
    () => stepsOf(profiles.flatMap(profile => (profile.heat === null ? [] : [profile.heat]))),
    [profiles]
  );
  const points = useMemo(
    () =>
      profiles.map(
        (profile): IMapPoint => ({
          id: profile.id,
          longitude: profile.longitude,
          latitude: profile.latitude,
          colour: stepColour(steps, profile.heat),
          chosen: profile.id === chosen
        })
      ),
    [profiles, steps, chosen]
  );
  return (
    <>
      <RegionMap
        workbench={workbench}
        place={place}
        label={trans.__('Map of profiles with the heat content of each')}
        box={region}
        onBox={onBox}
        points={points}
        onPick={([id]) => setChosen(id ?? '')}
      />
      <ul className="bc-Legend">
        {steps.length > 0 && <li>{trans.__('Heat content, GJ m⁻²:')}</li>}
        {steps.map(({ colour, from, to }) => (
          <li key={colour}>
            <span className="bc-Mark" style={{ background: colour }} />{' '}
            {from.toFixed(1)}–{to.toFixed(1)}
          </li>
        ))}
      </ul>
      <fieldset className="bc-Controls">
        <legend className="bc-Visually-hidden">{trans.__('Period and depth')}</legend>
        <PeriodFields period={period} onPeriod={setPeriod} trans={trans} />
        <NumberField
          label={trans.__('From the surface to')}
          unit="m"
          value={bottom}
          least={10}
          most={2000}
          trans={trans}
          onValue={setBottom}
        />
      </fieldset>
      <Computed computed={heat} trans={trans}>
        {found => (
          <>
            <p className="bc-Told">
              {trans.__('%1 profiles; %2 of them do not span the layer.', found.total, found.without)}
            </p>
            <OriginNote origin={found.origin} trans={trans} />
            <h3 className="bc-Section-title">{trans.__('Heat content through the months')}</h3>
            <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
              <HeatChart heat={found} trans={trans} />
            </Suspense>
            <Months heat={found} trans={trans} />
            <Choice
              label={trans.__('A profile')}
              value={chosen}
              options={[
                ['', trans.__('none chosen')],
                ...found.profiles.map(
                  each => [each.id, `${each.id}, ${each.day}`] satisfies [string, string]
                )
              ]}
              onValue={setChosen}
            />
            <One profile={found.profiles.find(each => each.id === chosen)} trans={trans} />
          </>
        )}
      </Computed>
      <OpenAsNotebook
        workbench={workbench}
        name={place.notebook}
        values={{
          entry: place.entry,
          bbox: region,
          period,
          layer_bottoms: [bottom]
        }}
      />
    </>
  );
}

interface IMonthsProps {
  readonly heat: Heat;
  readonly trans: IPanelProps['workbench']['trans'];
}

function Months({ heat, trans }: IMonthsProps): JSX.Element {
  return (
    <details className="bc-More">
      <summary>{trans.__('The numbers')}</summary>
      <table className="bc-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Month')}</th>
            <th scope="col">{trans.__('Profiles')}</th>
            <th scope="col">{trans.__('Heat (GJ m⁻²)')}</th>
            <th scope="col">{trans.__('Mixed layer (m)')}</th>
          </tr>
        </thead>
        <tbody>
          {heat.months.map(month => (
            <tr key={month.month}>
              <th scope="row">{month.month.slice(0, 7)}</th>
              <td>{month.profiles}</td>
              <td>{month.middle.toFixed(1)}</td>
              <td>{month.mixed_layer ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

interface IOneProps {
  readonly profile: HeatProfile | undefined;
  readonly trans: IPanelProps['workbench']['trans'];
}

function One({ profile, trans }: IOneProps): JSX.Element {
  if (!profile) {
    return <></>;
  }
  const heat = profile.heat === null ? trans.__('not spanned') : `${profile.heat} GJ m⁻²`;
  return (
    <dl className="bc-Facts">
      <dt>{trans.__('Heat content')}</dt>
      <dd>{heat}</dd>
      <dt>{trans.__('Mixed layer')}</dt>
      <dd>{profile.mixed_layer === null ? '–' : `${profile.mixed_layer} m`}</dd>
      <dt>{trans.__('Place')}</dt>
      <dd>
        {profile.latitude.toFixed(2)}° N, {profile.longitude.toFixed(2)}° E
      </dd>
    </dl>
  );
}
