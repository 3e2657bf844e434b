import { Suspense, useMemo } from 'react';
import type { JSX } from 'react';
import { SeaMap } from '@bluecloud/core';
import type { Box, GridField, IMapPoint, IWorkbench } from '@bluecloud/core';

import type { Farms } from './wire';

// Okabe and Ito's, told apart by the colour-blind; the table says the same in words.
const REGISTERED = '#0072b2';
const UNREGISTERED = '#d55e00';
const SITE = '#cc79a7';

interface IFarmMapProps {
  readonly workbench: IWorkbench;
  readonly farms: Farms;
  readonly field: GridField | null;
  readonly picked: string;
  readonly onPick: (id: string) => void;
}

/** Farms and the register's sites, over a layer of the choice of sites if there is one. */
export function FarmMap({ workbench, farms, field, picked, onPick }: IFarmMapProps): JSX.Element {
  const { trans } = workbench;
  const points = useMemo<readonly IMapPoint[]>(
    () => [
      ...farms.sites
        .filter(({ seen }) => !seen)
        .map(({ id, longitude, latitude }) => ({ id, longitude, latitude, colour: SITE })),
      ...farms.farms.map(({ id, longitude, latitude, registered }) => ({
        id,
        longitude,
        latitude,
        colour: registered ? REGISTERED : UNREGISTERED,
        chosen: id === picked
      }))
    ],
    [farms, picked]
  );
  const shapes = useMemo(() => outlines(farms, picked), [farms, picked]);
  const label = field
    ? trans.__('Map of fish farms over %1', field.name)
    : trans.__('Map of fish farms and registered sites');
  return (
    <>
      <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
        <SeaMap
          // It begins where there is something to be seen.
          key={`${farms.kind} ${field === null}`}
          workbench={workbench}
          label={label}
          extent={around(farms, field)}
          field={field}
          points={points}
          shapes={shapes}
          onPick={ids => {
            const farm = ids.find(id => farms.farms.some(each => each.id === id));
            if (farm !== undefined) {
              onPick(farm);
            }
          }}
        />
      </Suspense>
      <p className="bc-Key">
        <Dot colour={REGISTERED} /> {trans.__('at a registered site')}
        <Dot colour={UNREGISTERED} /> {trans.__('not registered')}
        <Dot colour={SITE} /> {trans.__('site without a farm')}
      </p>
    </>
  );
}

function Dot({ colour }: { readonly colour: string }): JSX.Element {
  return <span className="bc-Key-dot" style={{ background: colour }} aria-hidden="true" />;
}

function around({ bbox }: Farms, field: GridField | null): Box {
  const [west, south, east, north] = bbox;
  return field
    ? [
        Math.min(west, field.west),
        Math.min(south, field.south),
        Math.max(east, field.east),
        Math.max(north, field.north)
      ]
    : bbox;
}

function outlines({ farms }: Farms, picked: string): object {
  return {
    type: 'FeatureCollection',
    features: farms.map(({ id, outline }) => ({
      type: 'Feature',
      id,
      properties: { chosen: id === picked },
      geometry: { type: 'Polygon', coordinates: [outline] }
    }))
  };
}
