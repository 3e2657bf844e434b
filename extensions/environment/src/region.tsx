import { Suspense, useEffect, useMemo, useState } from 'react';
import type { JSX } from 'react';
import { SeaMap, useTask } from '@bluecloud/core';
import type { Box, ISeaMapProps, IWorkbench, ParameterValues } from '@bluecloud/core';

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

interface IOpenProps {
  readonly workbench: IWorkbench;
  readonly name: string;
  readonly values: ParameterValues;
}

/** Opens what is shown as a notebook with the same parameters, or submits it as a run. */
export function OpenAsNotebook({ workbench, name, values }: IOpenProps): JSX.Element {
  const { trans, laboratory } = workbench;
  const [busy, reason, start] = useTask();
  const [submitted, setSubmitted] = useState(false);
  const text = JSON.stringify(values);
  useEffect(() => setSubmitted(false), [name, text]); // what was submitted is not what is shown now
  return (
    <div className="bc-Card-actions">
      <button
        className="bc-Button bc-mod-main"
        type="button"
        disabled={busy}
        onClick={() => start(() => workbench.runAnalysis(name, values))}
      >
        {trans.__('Open as a notebook')}
      </button>
      {laboratory.keeps_runs && (
        <button
          className="bc-Button"
          type="button"
          disabled={busy}
          onClick={() =>
            start(async () => {
              await workbench.submitAnalysis(name, values);
              setSubmitted(true);
            })
          }
        >
          {trans.__('Submit as a run')}
        </button>
      )}
      {submitted && (
        <p className="bc-Note" role="status">
          {trans.__('It is submitted and runs on, whatever you close. See Runs.')}
        </p>
      )}
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </div>
  );
}
