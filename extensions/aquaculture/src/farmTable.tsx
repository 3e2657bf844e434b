import { useId } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { NOTHING } from './edits';
import type { Said } from './edits';
import type { Farm, Farms } from './wire';

interface IFarmTableProps {
  readonly farms: Farms;
  readonly said: ReadonlyMap<string, Said>;
  readonly picked: string;
  readonly onPick: (id: string) => void;
  readonly trans: TranslationBundle;
}

/** The farms, the largest first; pick one to say something of it. */
export function FarmTable({ farms, said, picked, onPick, trans }: IFarmTableProps): JSX.Element {
  const radar = farms.kind === 'radar';
  return (
    <div className="bc-Table bc-mod-long" role="region" aria-label={trans.__('Farms')} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('Farm')}</th>
            <th scope="col">{trans.__('Area (m²)')}</th>
            <th scope="col">{radar ? trans.__('Contrast (dB)') : trans.__('Cages')}</th>
            <th scope="col">{trans.__('Registered (site)')}</th>
          </tr>
        </thead>
        <tbody>
          {farms.farms.map((farm, place) => {
            const known = said.get(farm.id) ?? NOTHING;
            return (
              <tr key={farm.id} className={known.left_out ? 'bc-mod-stale' : ''}>
                <th scope="row">
                  <button
                    className="bc-Link"
                    type="button"
                    aria-pressed={picked === farm.id}
                    onClick={() => onPick(farm.id)}
                  >
                    {nameOf(place, known, trans)}
                  </button>
                  {known.left_out && ` ${trans.__('(left out)')}`}
                </th>
                <td>{Math.round(farm.area_m2).toLocaleString()}</td>
                <td>{radar ? farm.contrast_db : farm.cages}</td>
                <td>{registered(farm, trans)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What a farm is called: by its name, or its place in the table. */
export function nameOf(place: number, said: Said, trans: TranslationBundle): string {
  return said.name || trans.__('Farm %1', place + 1);
}

function registered({ registered: is, distance_m: metres }: Farm, trans: TranslationBundle): string {
  if (metres === null) {
    return trans.__('no site');
  }
  const far = metres < 1000 ? trans.__('%1 m', Math.round(metres)) : trans.__('%1 km', (metres / 1000).toFixed(1));
  return is ? trans.__('yes (%1)', far) : trans.__('no (%1)', far);
}

interface IFarmFieldsProps {
  readonly farm: Farm;
  readonly title: string;
  readonly said: Said;
  readonly onSaid: (said: Said) => void;
  readonly trans: TranslationBundle;
}

/** What a person knows of a farm. */
export function FarmFields({ farm, title, said, onSaid, trans }: IFarmFieldsProps): JSX.Element {
  const id = useId();
  const statuses = [
    ['unknown', trans.__('unknown')],
    ['functional', trans.__('in use')],
    ['underConstruction', trans.__('under construction')],
    ['projected', trans.__('planned')],
    ['disused', trans.__('disused')]
  ] as const;
  // Those of which the laboratory knows how densely they are stocked.
  const species = [trans.__('seabream'), trans.__('seabass'), trans.__('meagre')];
  return (
    <fieldset className="bc-Card">
      <legend className="bc-Card-title">{title}</legend>
      <p className="bc-Note">{place(farm)}</p>
      <div className="bc-FieldRow">
        <div className="bc-Field">
          <label className="bc-Field-label" htmlFor={`${id}-name`}>
            {trans.__('Name')}
          </label>
          <input
            className="bc-Input"
            id={`${id}-name`}
            maxLength={200}
            value={said.name}
            onChange={event => onSaid({ ...said, name: event.target.value })}
          />
        </div>
        <div className="bc-Field">
          <label className="bc-Field-label" htmlFor={`${id}-species`}>
            {trans.__('Species')}
          </label>
          <input
            className="bc-Input"
            id={`${id}-species`}
            list={`${id}-known`}
            maxLength={200}
            value={said.species}
            onChange={event => onSaid({ ...said, species: event.target.value })}
          />
          <datalist id={`${id}-known`}>
            {species.map(name => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </div>
      </div>
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={`${id}-status`}>
          {trans.__('Status')}
        </label>
        <select
          className="bc-Input"
          id={`${id}-status`}
          value={said.status}
          onChange={event => {
            const status = statuses.find(([name]) => name === event.target.value)?.[0];
            onSaid({ ...said, status: status ?? 'unknown' });
          }}
        >
          {statuses.map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={`${id}-note`}>
          {trans.__('Note')}
        </label>
        <textarea
          className="bc-Input"
          id={`${id}-note`}
          rows={2}
          maxLength={2000}
          value={said.note}
          onChange={event => onSaid({ ...said, note: event.target.value })}
        />
      </div>
      <label className="bc-Field-check">
        <input
          type="checkbox"
          checked={said.left_out}
          onChange={event => onSaid({ ...said, left_out: event.target.checked })}
        />
        {trans.__('This is no farm: leave it out')}
      </label>
    </fieldset>
  );
}

function place({ latitude, longitude }: Farm): string {
  const north = `${Math.abs(latitude).toFixed(4)}° ${latitude < 0 ? 'S' : 'N'}`;
  return `${north}, ${Math.abs(longitude).toFixed(4)}° ${longitude < 0 ? 'W' : 'E'}`;
}
