/** Maps and charts for the views, fetched when the first is drawn: their libraries are large. */
import { lazy } from 'react';

import type { Box } from './box';
import type { IWorkbench } from './tokens';
import type { GridField } from './viewWire';

export type { IChartProps } from './chart';

/** A place on a map. */
export interface IMapPoint {
  readonly id: string;
  readonly longitude: number;
  readonly latitude: number;
  /** A CSS colour; JupyterLab's own where there is none. */
  readonly colour?: string;
  /** Takes the colour that the field has for this number, in its place. */
  readonly value?: number | null | undefined;
  readonly chosen?: boolean;
}

export interface ISeaMapProps {
  readonly workbench: IWorkbench;
  /** What the map shows, for who cannot see it. */
  readonly label: string;
  /** What is seen at first; the earth if nothing is said. */
  readonly extent?: Box;
  readonly box?: Box | null;
  /** Draws a box, or takes it away: with it the map has the tools for that. */
  readonly onBox?: (box: Box | null) => void;
  readonly field?: GridField | null;
  /** Colours change with the field's logarithm; its `low` is above 0. */
  readonly isLogarithmic?: boolean;
  /** Maps that are given the same object are moved together. */
  readonly together?: object;
  readonly points?: readonly IMapPoint[];
  /**
   * A GeoJSON feature collection in degrees; features with `chosen` stand out, those with `fine`
   * have a thin line.
   */
  readonly shapes?: object | null;
  /** Called with the ids of the points or shapes that were clicked. Offer a list beside it, too. */
  readonly onPick?: (ids: readonly string[]) => void;
}

/** `seaMap.SeaMap`: to be drawn below a `Suspense`. */
export const SeaMap = lazy(() => import('./seaMap'));

/** `chart.Chart`: to be drawn below a `Suspense`. */
export const Chart = lazy(() => import('./chart'));
