import { Suspense, useMemo, useState } from 'react';
import type { JSX } from 'react';
import { Choice, SeaMap } from '@bluecloud/core';
import type { IWorkbench } from '@bluecloud/core';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { CatchChosen } from './questions';
import type { CatchMaps, ScaleMap, Square } from './wire';
import { degrees, percent, tonnes } from './words';

/** Where tuna are caught, with the Pacific in one piece. */
const EXTENT = [20, -60, 380, 60] as const;

/** The widths that are asked for, degrees; null for the finest in which nothing is modelled. */
export interface IWidths {
  readonly upper: number | null;
  readonly lower: number;
}

interface IScaleMapsProps {
  readonly workbench: IWorkbench;
  readonly maps: CatchMaps;
  readonly widths: readonly number[];
  readonly downgrade: CatchChosen['downgrade'];
  readonly asked: IWidths;
  readonly onWidths: (changed: { readonly upper?: number; readonly lower?: number }) => void;
}

/** The same catch below itself, in colours that mean the same; the maps are moved together. */
export function ScaleMaps(props: IScaleMapsProps): JSX.Element {
  const { workbench, maps, widths, downgrade, asked, onWidths } = props;
  const { trans } = workbench;
  const [together] = useState({});
  const options = widths.map(
    width =>
      [
        String(width),
        width === maps.native ? trans.__('%1 (as reported)', degrees(width)) : degrees(width)
      ] as const
  );
  const both = [
    ['upper', maps.upper, trans.__('Squares of the upper map')],
    ['lower', maps.lower, trans.__('Squares of the lower map')]
  ] as const;
  return (
    <>
      {both.map(([place, map, label]) => (
        <section key={place} aria-label={label}>
          <Choice
            label={label}
            // What is asked, not what is shown: keys are pressed faster than maps are drawn.
            value={String(asked[place] ?? map.width)}
            options={options}
            onValue={value => onWidths({ [place]: Number(value) })}
          />
          <OneMap
            workbench={workbench}
            map={map}
            downgrade={downgrade}
            together={together}
          />
        </section>
      ))}
      {maps.irregular > 0 && (
        <p className="bc-Note">
          {trans.__(
            '%1 of %2 are reported for areas that are no squares, and are on no map.',
            tonnes(maps.irregular),
            tonnes(maps.reported)
          )}
        </p>
      )}
    </>
  );
}

interface IOneMapProps {
  readonly workbench: IWorkbench;
  readonly map: ScaleMap;
  readonly downgrade: CatchChosen['downgrade'];
  readonly together: object;
}

function OneMap({ workbench, map, downgrade, together }: IOneMapProps): JSX.Element {
  const { trans } = workbench;
  const outlines = useMemo(() => outlined(map.split), [map.split]);
  return (
    <>
      {map.modelled > 0 && (
        <p className="bc-Badges">
          <span className="bc-Badge bc-mod-warns">{trans.__('MODELLED')}</span>
          {downgrade === 'area'
            ? trans.__(
                '%1 of this catch, within the outlines: reported as one for several of these squares, and split by area.',
                percent(map.modelled)
              )
            : trans.__(
                '%1 of this catch, within the outlines: reported as one for several of these squares, and split equally.',
                percent(map.modelled)
              )}
        </p>
      )}
      {downgrade === 'drop' && map.left_out > 0 && (
        <p className="bc-Badges">
          <span className="bc-Badge bc-mod-warns">{trans.__('LEFT OUT')}</span>
          {trans.__('%1 of reports that no single square holds.', tonnes(map.left_out))}
        </p>
      )}
      <Suspense fallback={<p className="bc-Note">{trans.__('Loading the map…')}</p>}>
        <SeaMap
          workbench={workbench}
          label={trans.__('Catch in squares of %1', degrees(map.width))}
          extent={EXTENT}
          field={map.field}
          isLogarithmic={true}
          shapes={outlines}
          together={together}
        />
      </Suspense>
      <details className="bc-More">
        <summary>
          {trans.__('%1 in %2 squares; the largest', tonnes(map.catch), map.squares.toLocaleString())}
        </summary>
        <Largest squares={map.largest} width={map.width} trans={trans} />
      </details>
    </>
  );
}

interface ILargestProps {
  readonly squares: readonly Square[];
  readonly width: number;
  readonly trans: TranslationBundle;
}

function Largest({ squares, width, trans }: ILargestProps): JSX.Element {
  return (
    <div className="bc-Table">
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('South-western corner')}</th>
            <th scope="col">{trans.__('Catch')}</th>
            <th scope="col">{trans.__('Of all')}</th>
            <th scope="col">{trans.__('Modelled')}</th>
          </tr>
        </thead>
        <tbody>
          {squares.map(({ west, south, catch: caught, share, modelled }) => (
            <tr key={`${width} ${west} ${south}`}>
              <th scope="row">{corner(west, south)}</th>
              <td>{tonnes(caught)}</td>
              <td>{percent(share)}</td>
              <td>{modelled > 0 ? percent(modelled) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function corner(west: number, south: number): string {
  const latitude = `${Math.abs(south)}° ${south < 0 ? 'S' : 'N'}`;
  return `${latitude}, ${Math.abs(west)}° ${west < 0 ? 'W' : 'E'}`;
}

/** Where boxes end, as GeoJSON: not where one of them touches another. */
function outlined(boxes: ScaleMap['split']): object | null {
  const edges = new Map<string, readonly [number, number][]>();
  for (const [west, south, east, north] of boxes) {
    const sides: readonly (readonly [number, number][])[] = [
      [[west, south], [east, south]],
      [[west, north], [east, north]],
      [[west, south], [west, north]],
      [[east, south], [east, north]]
    ];
    for (const side of sides) {
      const key = side.join();
      if (!edges.delete(key)) {
        edges.set(key, side);
      }
    }
  }
  if (edges.size === 0) {
    return null;
  }
  const geometry = { type: 'MultiLineString', coordinates: [...edges.values()] };
  return { type: 'FeatureCollection', features: [{ type: 'Feature', properties: { fine: true }, geometry }] };
}
