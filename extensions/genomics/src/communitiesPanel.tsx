import { Suspense, lazy, useCallback, useMemo, useState } from 'react';
import type { JSX } from 'react';
import { Choice, Computed, OpenAsNotebook, OriginNote, SeaMap, kindColour } from '@bluecloud/core';
import type { Box, IMapPoint, IWorkbench } from '@bluecloud/core';

import { nameOf, useQuestion } from './asking';
import { CompositionPart } from './composition';
import { Stations } from './stations';
import type { Communities, CommunitiesAsked, Station } from './wire';

const OrdinationChart = lazy(async () => ({
  default: (await import('./charts')).OrdinationChart
}));

const DiversityCharts = lazy(async () => ({
  default: (await import('./charts')).DiversityCharts
}));

type Rank = CommunitiesAsked['rank'];
type Metric = CommunitiesAsked['metric'];
type Ordination = CommunitiesAsked['ordination'];

/** So many stations are looked into at once: what stacked bars can show. */
const MOST = 12;

/** Stations on a map and among their communities; what is picked in one is picked in all. */
export function CommunitiesPanel({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const [rank, setRank] = useState<Rank>('genus');
  const [metric, setMetric] = useState<Metric>('bray_curtis');
  const [ordination, setOrdination] = useState<Ordination>('pcoa');
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const communities = useQuestion(workbench, 'communities', { rank, metric, ordination });
  const first = useMemo(() => firstOfEach(communities.value), [communities.value]);
  const picked = chosen ?? first;
  const toggle = useCallback(
    (ids: readonly string[]) => {
      const next = ids.reduce<readonly string[]>(
        (held, id) => (held.includes(id) ? held.filter(each => each !== id) : [...held, id]),
        picked
      );
      setChosen(next.slice(-MOST));
    },
    [picked]
  );
  return (
    <>
      <fieldset className="bc-Controls">
        <legend className="bc-Visually-hidden">{trans.__('How communities are compared')}</legend>
        <Choice
          label={trans.__('Rank of the taxa')}
          value={rank}
          options={[
            ['phylum', trans.__('phylum')],
            ['class', trans.__('class')],
            ['order', trans.__('order')],
            ['family', trans.__('family')],
            ['genus', trans.__('genus')]
          ]}
          onValue={setRank}
        />
        <Choice
          label={trans.__('Dissimilarity')}
          value={metric}
          options={[
            ['bray_curtis', 'Bray-Curtis'],
            ['jaccard', 'Jaccard'],
            ['aitchison', 'Aitchison']
          ]}
          onValue={setMetric}
        />
        <Choice
          label={trans.__('Layout')}
          value={ordination}
          options={[
            ['pcoa', trans.__('Principal coordinates (PCoA)')],
            ['nmds', trans.__('Non-metric scaling (NMDS)')]
          ]}
          onValue={setOrdination}
        />
      </fieldset>
      <Computed computed={communities} trans={trans}>
        {found => (
          <Shown
            workbench={workbench}
            found={found}
            rank={rank}
            picked={picked}
            toggle={toggle}
            onNone={() => setChosen([])}
          />
        )}
      </Computed>
      <OpenAsNotebook
        workbench={workbench}
        name="community_diversity"
        values={{ rank, metric, ordination }}
      />
    </>
  );
}

interface IShownProps {
  readonly workbench: IWorkbench;
  readonly found: Communities;
  readonly rank: Rank;
  readonly picked: readonly string[];
  readonly toggle: (ids: readonly string[]) => void;
  readonly onNone: () => void;
}

function Shown({ workbench, found, rank, picked, toggle, onNone }: IShownProps): JSX.Element {
  const { trans } = workbench;
  const { stations } = found;
  const groups = useMemo(() => groupsOf(stations), [stations]);
  const extent = useMemo(() => around(stations), [stations]);
  const points = useMemo(
    () =>
      stations.map(
        (station): IMapPoint => ({
          id: station.id,
          longitude: station.longitude,
          latitude: station.latitude,
          colour: kindColour(groups.indexOf(station.group) + 1),
          chosen: picked.includes(station.id)
        })
      ),
    [stations, groups, picked]
  );
  const loading = <p className="bc-Note">{trans.__('Loading…')}</p>;
  const names = new Map(stations.map(station => [station.id, nameOf(station)]));
  return (
    <>
      <p className="bc-Told">
        {trans.__(
          '%1 stations. The seas explain %2 % of the differences (p = %3).',
          stations.length,
          (100 * found.group_r_squared).toFixed(0),
          found.group_p_value
        )}
      </p>
      <OriginNote origin={found.origin} trans={trans} />
      <h3 className="bc-Section-title">{trans.__('Where')}</h3>
      <Suspense fallback={loading}>
        <SeaMap
          workbench={workbench}
          label={trans.__('Map of the stations, coloured by sea')}
          extent={extent}
          points={points}
          onPick={toggle}
        />
      </Suspense>
      <h3 className="bc-Section-title">{trans.__('How like their communities are')}</h3>
      <Suspense fallback={loading}>
        <OrdinationChart
          found={found}
          groups={groups}
          picked={picked}
          onPick={id => toggle([id])}
          trans={trans}
        />
      </Suspense>
      <h3 className="bc-Section-title">{trans.__('Stations')}</h3>
      <Stations found={found} groups={groups} picked={picked} toggle={toggle} trans={trans} />
      <p className="bc-Note">
        {trans.__('Picked: %1, at most %2. ', picked.length, MOST)}
        <button className="bc-Link" type="button" disabled={picked.length === 0} onClick={onNone}>
          {trans.__('Pick none')}
        </button>
      </p>
      <h3 className="bc-Section-title">{trans.__('What the picked ones are made of')}</h3>
      <CompositionPart workbench={workbench} stations={picked} rank={rank} names={names} />
      <h3 className="bc-Section-title">{trans.__('How diverse they are among all')}</h3>
      <Suspense fallback={loading}>
        <DiversityCharts found={found} picked={picked} trans={trans} />
      </Suspense>
      <p className="bc-Note">
        {trans.__('Thin: every station. Thick: those that were picked. The list has the numbers.')}
      </p>
    </>
  );
}

/** The seas, in the order of the alphabet. */
function groupsOf(stations: readonly Station[]): readonly string[] {
  return [...new Set(stations.map(station => station.group))].sort();
}

/** A station of each sea, to begin with. */
function firstOfEach(found: Communities | null): readonly string[] {
  const stations = found?.stations ?? [];
  return groupsOf(stations).flatMap(group => {
    const station = stations.find(each => each.group === group);
    return station ? [station.id] : [];
  });
}

/** All stations, with some sea about them. */
function around(stations: readonly Station[]): Box {
  const east = stations.map(station => station.longitude);
  const north = stations.map(station => station.latitude);
  const margin = 8;
  return [
    Math.max(Math.min(...east) - margin, -180),
    Math.max(Math.min(...north) - margin, -88),
    Math.min(Math.max(...east) + margin, 180),
    Math.min(Math.max(...north) + margin, 88)
  ];
}
