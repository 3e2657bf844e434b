import { Suspense, useState } from 'react';
import type { JSX } from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Choice, Questions } from '@bluecloud/core';
import type { IWorkbench } from '@bluecloud/core';

import { CommunitiesPanel } from './communitiesPanel';
import { GalleryPanel } from './galleryPanel';

/** What most people change of this laboratory's analyses. */
const MAIN = [
  'entry',
  'study',
  'rank',
  'depth',
  'metric',
  'group',
  'permutations',
  'features',
  'features_file',
  'targets',
  'genes_file',
  'asked',
  'exclusivity',
  'min_stations',
  'taxon',
  'bbox',
  'sightings_file',
  'by_visits',
  'images_folder',
  'pixel_um',
  'min_esd_um',
  'keep',
  'groups',
  'bootstraps'
];

/** Stations and their communities, and a gallery of images with their traits. */
export class PlanktonView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
  }

  protected render(): JSX.Element {
    return <Plankton workbench={this._workbench} />;
  }
}

function Plankton({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const [subject, setSubject] = useState<'communities' | 'images'>('communities');
  return (
    <>
      <Choice
        label={trans.__('Look at')}
        value={subject}
        options={[
          ['communities', trans.__('Communities of stations')],
          ['images', trans.__('Images and their traits')]
        ]}
        onValue={setSubject}
      />
      {subject === 'images' ? (
        <GalleryPanel workbench={workbench} />
      ) : (
        <CommunitiesPanel workbench={workbench} />
      )}
      <details className="bc-Section">
        <summary>{trans.__('All analyses')}</summary>
        <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
          <Questions workbench={workbench} main={MAIN} />
        </Suspense>
      </details>
    </>
  );
}
