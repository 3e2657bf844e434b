import { Suspense, lazy, useMemo, useState } from 'react';
import type { JSX } from 'react';
import {
  Choice,
  Computed,
  NumberField,
  OpenAsNotebook,
  OriginNote,
  kindColour
} from '@bluecloud/core';
import type { IMapPoint } from '@bluecloud/core';

import { useQuestion, useRegion } from './asking';
import type { IPanelProps } from './indicators';
import { PeriodFields } from './period';
import type { Period } from './period';
import { RegionMap } from './region';
import type { PatternProfile, Patterns } from './wire';

const ProfilesChart = lazy(async () => ({ default: (await import('./charts')).ProfilesChart }));
const ClassesChart = lazy(async () => ({ default: (await import('./charts')).ClassesChart }));

const NONE: readonly PatternProfile[] = [];

/** The kinds of profiles in a region: where each is, how it looks, how often it was. */
export function PatternsPanel({ workbench, place, box, onBox }: IPanelProps): JSX.Element {
  const { trans } = workbench;
  const [period, setPeriod] = useState<Period>([place.first_day, place.last_day]);
  const [classes, setClasses] = useState(3);
  const [kind, setKind] = useState(0);
  const region = useRegion(place, box);
  const [first_day, last_day] = period;
  const asked = { bbox: region, first_day, last_day, classes };
  const patterns = useQuestion(workbench, 'patterns', last_day < first_day ? null : asked);
  const profiles = patterns.value?.profiles ?? NONE;
  const points = useMemo(
    () =>
      profiles.map(
        (profile): IMapPoint => ({
          id: profile.id,
          longitude: profile.longitude,
          latitude: profile.latitude,
          colour: kindColour(profile.kind),
          chosen: profile.kind === kind
        })
      ),
    [profiles, kind]
  );
  return (
    <>
      <RegionMap
        workbench={workbench}
        place={place}
        label={trans.__('Map of profiles with the class of each')}
        box={region}
        onBox={onBox}
        points={points}
        onPick={([id]) => setKind(profiles.find(each => each.id === id)?.kind ?? 0)}
      />
      <fieldset className="bc-Controls">
        <legend className="bc-Visually-hidden">{trans.__('Period and classes')}</legend>
        <PeriodFields period={period} onPeriod={setPeriod} trans={trans} />
        <NumberField
          label={trans.__('Classes')}
          value={classes}
          least={1}
          most={8}
          trans={trans}
          onValue={setClasses}
        />
      </fieldset>
      <Computed computed={patterns} trans={trans}>
        {found => (
          <>
            <p className="bc-Told">
              {trans.__(
                '%1 profiles; %2 of them do not reach 1000 dbar without a gap.',
                found.total,
                found.without
              )}
            </p>
            <OriginNote origin={found.origin} trans={trans} />
            <Choice
              label={trans.__('Stand out on the map')}
              value={String(kind)}
              options={[
                ['0', trans.__('no class')],
                ...found.classes.map(
                  each =>
                    [String(each.kind), trans.__('class %1', each.kind)] satisfies [string, string]
                )
              ]}
              onValue={value => setKind(Number(value))}
            />
            <Classes patterns={found} trans={trans} />
            <h3 className="bc-Section-title">{trans.__('Typical profile of each class')}</h3>
            <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
              <ProfilesChart patterns={found} trans={trans} />
            </Suspense>
            <h3 className="bc-Section-title">{trans.__('Profiles of each class by month')}</h3>
            <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
              <ClassesChart patterns={found} trans={trans} />
            </Suspense>
          </>
        )}
      </Computed>
      <OpenAsNotebook
        workbench={workbench}
        name={place.notebook}
        values={{ entry: place.entry, bbox: region, period, classes }}
      />
    </>
  );
}

interface IClassesProps {
  readonly patterns: Patterns;
  readonly trans: IPanelProps['workbench']['trans'];
}

function Classes({ patterns, trans }: IClassesProps): JSX.Element {
  return (
    <table className="bc-Table">
      <caption className="bc-Visually-hidden">{trans.__('The classes, from cold to warm')}</caption>
      <thead>
        <tr>
          <th scope="col">{trans.__('Class')}</th>
          <th scope="col">{trans.__('Share')}</th>
          <th scope="col">{trans.__('Surface (°C)')}</th>
          <th scope="col">{trans.__('At depth (°C)')}</th>
        </tr>
      </thead>
      <tbody>
        {patterns.classes.map(each => (
          <tr key={each.kind}>
            <th scope="row">
              <span className="bc-Mark" style={{ background: kindColour(each.kind) }} /> {each.kind}
            </th>
            <td>{(100 * each.share).toFixed(0)} %</td>
            <td>{each.middle[0]?.toFixed(1)}</td>
            <td>{each.middle.at(-1)?.toFixed(1)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
