import { useState } from 'react';
import type { JSX } from 'react';
import { useTask } from '@bluecloud/core';
import type { IWorkbench } from '@bluecloud/core';

import type { KeepAsked, Kept } from './wire';

interface IKeepFarmsProps {
  readonly workbench: IWorkbench;
  readonly asked: KeepAsked;
  /** How many would be kept. */
  readonly farms: number;
}

/** Write the farms into the home, each time into a folder of its own. */
export function KeepFarms({ workbench, asked, farms }: IKeepFarmsProps): JSX.Element {
  const { trans } = workbench;
  const [busy, reason, start] = useTask();
  const [kept, setKept] = useState<Kept | null>(null);
  const keep = async (): Promise<void> => {
    setKept(null);
    setKept((await workbench.compute('keep_farms', asked)) as Kept); // the generated type
  };
  return (
    <>
      <div className="bc-Card-actions">
        <button
          className="bc-Button bc-mod-main"
          type="button"
          disabled={busy || farms === 0}
          onClick={() => start(keep)}
        >
          {trans._n('Keep %1 farm', 'Keep %1 farms', farms, farms)}
        </button>
        {kept && (
          <button
            className="bc-Button"
            type="button"
            onClick={() => start(() => workbench.insert(readingCell(kept)))}
          >
            {trans.__('Read them in a notebook')}
          </button>
        )}
      </div>
      <p className="bc-Note" role="status">
        {kept
          ? trans.__('Kept in your home, with what they were made from: %1', kept.path)
          : trans.__('As GeoJSON, in a new folder of your home; nothing older is overwritten.')}
      </p>
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </>
  );
}

/** A cell that reads what was kept. */
export function readingCell({ path }: Kept): string {
  return [
    'from pathlib import Path',
    '',
    'import geopandas as gpd',
    '',
    `farms = gpd.read_file(Path.home() / ${JSON.stringify(path)})`,
    'farms.drop(columns="geometry")'
  ].join('\n');
}
