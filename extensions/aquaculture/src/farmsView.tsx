import { useId, useState } from 'react';
import type { JSX } from 'react';
import { Computed, OriginNote, useTask } from '@bluecloud/core';
import type { GridField, IWorkbench } from '@bluecloud/core';
import { ReactWidget } from '@jupyterlab/ui-components';

import { NOTHING, editsOf, saidOf, withSaid } from './edits';
import type { ISaidAt } from './edits';
import { FarmMap } from './farmMap';
import { FarmFields, FarmTable, nameOf } from './farmTable';
import { KeepFarms } from './keepFarms';
import { BoxLimits, RadarLimits } from './limits';
import { BOXES, RADAR, SITE, useQuestion } from './questions';
import type { Kind } from './questions';
import { HeldBack, SiteControls } from './siteSection';
import type { BoxAsked, Farms, KeepAsked, RadarAsked, SiteAsked } from './wire';

const SCENES = 8; // until it is known

/** Farms that are found, what is known of them, and where others could be. */
export class FarmsView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
  }

  protected render(): JSX.Element {
    return <FarmsFound workbench={this._workbench} />;
  }
}

function FarmsFound({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const id = useId();
  const [kind, setKind] = useState<Kind>('radar');
  const [radar, setRadar] = useState<RadarAsked>(RADAR);
  const [boxes, setBoxes] = useState<BoxAsked>(BOXES);
  const [site, setSite] = useState<SiteAsked>(SITE);
  const [withLayer, setWithLayer] = useState(false);
  const [all, setAll] = useState<readonly ISaidAt[]>([]);
  const inRadar = useQuestion(workbench, 'radar_farms', kind === 'radar' ? radar : null);
  const ofBoxes = useQuestion(workbench, 'box_farms', kind === 'boxes' ? boxes : null);
  const layer = useQuestion(workbench, 'site_layer', withLayer ? site : null);
  const found = kind === 'radar' ? inRadar : ofBoxes;
  const kinds = [
    ['radar', trans.__('Objects in radar scenes')],
    ['boxes', trans.__('Boxes drawn around cages')]
  ] as const;
  return (
    <>
      <fieldset className="bc-Choice">
        <legend className="bc-Field-label">{trans.__('Farms are found in')}</legend>
        {kinds.map(([each, title]) => (
          <label key={each}>
            <input type="radio" name={id} checked={kind === each} onChange={() => setKind(each)} />
            {title}
          </label>
        ))}
      </fieldset>
      {kind === 'radar' ? (
        <RadarLimits
          asked={radar}
          onAsked={changed => setRadar({ ...radar, ...changed })}
          scenes={inRadar.value?.scenes ?? SCENES}
          trans={trans}
        />
      ) : (
        <BoxLimits
          asked={boxes}
          onAsked={changed => setBoxes({ ...boxes, ...changed })}
          years={ofBoxes.value?.years ?? []}
          trans={trans}
        />
      )}
      <Computed computed={found} trans={trans}>
        {farms => (
          <FoundFarms
            key={kind}
            workbench={workbench}
            farms={farms}
            field={withLayer ? (layer.value?.field ?? null) : null}
            limits={kind === 'radar' ? { radar } : { boxes }}
            all={all}
            onAll={setAll}
          />
        )}
      </Computed>
      <h3 className="bc-Section">{trans.__('Where a farm could be')}</h3>
      <SiteControls
        asked={withLayer ? site : null}
        onLayer={name => {
          setWithLayer(name !== null);
          setSite({ ...site, layer: name ?? site.layer });
        }}
        onAsked={changed => setSite({ ...site, ...changed })}
        trans={trans}
      />
      {withLayer && (
        <Computed computed={layer} trans={trans}>
          {value => (
            <>
              <HeldBack layer={value} trans={trans} />
              <OriginNote origin={value.origin} trans={trans} />
            </>
          )}
        </Computed>
      )}
      <Notebooks workbench={workbench} kind={kind} radar={radar} boxes={boxes} site={withLayer ? site : null} />
    </>
  );
}

interface IFoundFarmsProps {
  readonly workbench: IWorkbench;
  readonly farms: Farms;
  readonly field: GridField | null;
  readonly limits: Pick<KeepAsked, 'radar' | 'boxes'>;
  /** What was said of farms, however they were found. */
  readonly all: readonly ISaidAt[];
  readonly onAll: (all: readonly ISaidAt[]) => void;
}

/** How many, where, and what is known of each. */
function FoundFarms(props: IFoundFarmsProps): JSX.Element {
  const { workbench, farms, field, limits, all, onAll } = props;
  const { trans } = workbench;
  const [picked, setPicked] = useState('');
  const said = saidOf(all, farms.farms);
  const place = farms.farms.findIndex(({ id }) => id === picked);
  const farm = farms.farms[place];
  const known = (farm && said.get(farm.id)) ?? NOTHING;
  const leftOut = [...said.values()].filter(each => each.left_out).length;
  const seen = farms.sites.filter(site => site.seen).length;
  return (
    <>
      <p className="bc-Count" role="status">
        <strong>{trans._n('%1 farm', '%1 farms', farms.found, farms.found)}</strong>
        {farms.dropped > 0 && trans.__(', %1 dropped by their area', farms.dropped)}
        {trans.__('; %1 of %2 registered sites have one.', seen, farms.sites.length)}
      </p>
      {farms.wrong_cells !== null && (
        <p className="bc-Note">
          {farms.wrong_cells < 0.01
            ? trans.__('By chance, fewer than 0.01 cells of open sea are expected to be kept.')
            : trans.__(
                'By chance, %1 cells of open sea are expected to be kept.',
                farms.wrong_cells.toPrecision(2)
              )}
        </p>
      )}
      <FarmMap workbench={workbench} farms={farms} field={field} picked={picked} onPick={setPicked} />
      {farms.found > farms.farms.length && (
        <p className="bc-Note">{trans.__('The largest %1 are shown; all are kept.', farms.farms.length)}</p>
      )}
      {farms.found > 0 && (
        <FarmTable farms={farms} said={said} picked={picked} onPick={setPicked} trans={trans} />
      )}
      {farm && (
        <FarmFields
          farm={farm}
          title={nameOf(place, known, trans)}
          said={known}
          onSaid={now => onAll(withSaid(all, farms.farms, farm, now))}
          trans={trans}
        />
      )}
      <KeepFarms
        workbench={workbench}
        asked={{ ...limits, edits: editsOf(all, farms.farms) }}
        farms={farms.found - leftOut}
      />
      <OriginNote origin={farms.origin} trans={trans} />
    </>
  );
}

interface INotebooksProps {
  readonly workbench: IWorkbench;
  readonly kind: Kind;
  readonly radar: RadarAsked;
  readonly boxes: BoxAsked;
  readonly site: SiteAsked | null;
}

/** Go on in notebooks, with the same parameters. */
function Notebooks({ workbench, kind, radar, boxes, site }: INotebooksProps): JSX.Element {
  const { trans } = workbench;
  const [busy, reason, start] = useTask();
  const { method, pfa, persistence, merge_m } = radar;
  const { eps_m, min_cages, within_m } = boxes;
  return (
    <>
      <div className="bc-Card-actions">
        <button
          className="bc-Button"
          type="button"
          disabled={busy}
          onClick={() =>
            start(() =>
              kind === 'radar'
                ? workbench.runAnalysis('detect_cages', { method, pfa, persistence, merge_m })
                : workbench.runAnalysis('farm_inventory', { eps_m, min_cages, within_m })
            )
          }
        >
          {trans.__('Find farms in a notebook')}
        </button>
        {site && (
          <button
            className="bc-Button"
            type="button"
            disabled={busy}
            onClick={() => {
              const { layer: _, ...values } = site;
              start(() => workbench.runAnalysis('site_suitability', values));
            }}
          >
            {trans.__('Choose sites in a notebook')}
          </button>
        )}
      </div>
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </>
  );
}
