import { Suspense, useMemo } from 'react';
import type { JSX } from 'react';
import { SeaMap } from '@bluecloud/core';
import type { Box, ISeaMapProps } from '@bluecloud/core';

import { extentOf } from './asking';
import type { Place } from './wire';

interface IRegionMapProps extends Omit<ISeaMapProps, 'extent'> {
  readonly place: Place;
}

/** A map of where an indicator's data are, to draw a region on. */
export function RegionMap({ place, ...map }: IRegionMapProps): JSX.Element {
  const { trans } = map.workbench;
  const extent = useMemo((): Box => {
    const [west, south, east, north] = extentOf(place);
    const margin = 0.25 * Math.max(east - west, north - south);
    return [west - margin, Math.max(south - margin, -88), east + margin, Math.min(north + margin, 88)];
  }, [place]);
  return (
    <Suspense fallback={<p className="bc-Note">{trans.__('Loading the map…')}</p>}>
      <SeaMap {...map} extent={extent} />
    </Suspense>
  );
}
