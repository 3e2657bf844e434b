import 'ol/ol.css';

import { legend, scale } from '@observablehq/plot';
import Feature from 'ol/Feature';
import OlMap from 'ol/Map';
import View from 'ol/View';
import { ScaleLine, defaults as defaultControls } from 'ol/control';
import { GeoJSON, TopoJSON } from 'ol/format';
import { MultiPolygon, Point } from 'ol/geom';
import { fromExtent } from 'ol/geom/Polygon';
import { Draw, defaults as defaultInteractions } from 'ol/interaction';
import { createBox } from 'ol/interaction/Draw';
import { Graticule, Image as ImageLayer, Vector as VectorLayer } from 'ol/layer';
import { ImageStatic, Vector as VectorSource } from 'ol/source';
import { Circle, Fill, Stroke, Style } from 'ol/style';
import { useEffect, useId, useRef, useState } from 'react';
import type { JSX } from 'react';

import { Box } from './box';
import { BoxFields } from './boxFields';
import type { IMapPoint, ISeaMapProps } from './drawing';
import type { GridField } from './viewWire';

/** Colours of a field: 256 steps of one that is read alike in print and by the colour-blind. */
const SCHEME = 'viridis';
const STEPS = 256;
const PROJECTION = 'EPSG:4326';
const WORLD: Box = [-180, -85, 180, 85];

/** A map of land and sea, with what a view lays over it; it asks nothing of the internet. */
export default function SeaMap(props: ISeaMapProps): JSX.Element {
  const { workbench, label, box, onBox, field, isLogarithmic = false, points, shapes, onPick } = props;
  const { trans } = workbench;
  const node = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const [drawing, setDrawing] = useState(false);
  const note = useId();
  const picked = useRef(onPick);
  picked.current = onPick;

  useEffect(() => {
    if (!node.current) {
      return;
    }
    const seen = viewOf(props.together);
    const map = new Drawn(node.current, seen, props.extent ?? WORLD, ids => picked.current?.(ids));
    setDrawn(map);
    workbench.land().then(
      land => map.showLand(land),
      () => undefined // a map without a coast is still one; its numbers are right
    );
    return () => map.dispose();
  }, [workbench]); // the extent is where the map begins, and the person's from then on
  useEffect(() => drawn?.showField(field ?? null, isLogarithmic), [drawn, field, isLogarithmic]);
  useEffect(
    () => drawn?.showPoints(points ?? [], field ?? null, isLogarithmic),
    [drawn, points, field, isLogarithmic]
  );
  useEffect(() => drawn?.showShapes(shapes ?? null), [drawn, shapes]);
  useEffect(() => drawn?.showBox(box ?? null), [drawn, box]);
  useEffect(() => {
    if (!drawn || !drawing || !onBox) {
      return;
    }
    return drawn.drawBox(made => {
      setDrawing(false);
      onBox(made);
    });
  }, [drawn, drawing, onBox]);

  return (
    <div className="bc-Map">
      <div
        className={`bc-Map-canvas ${drawing ? 'bc-mod-drawing' : ''}`}
        ref={node}
        role="application"
        aria-label={label}
        aria-describedby={note}
        tabIndex={0}
      />
      <p className="bc-Visually-hidden" id={note}>
        {trans.__('Arrow keys move the map, plus and minus bring it nearer and farther.')}
      </p>
      {field && <Legend field={field} isLogarithmic={isLogarithmic} />}
      {onBox && (
        <div className="bc-Map-tools">
          <button
            className="bc-Button"
            type="button"
            aria-pressed={drawing}
            onClick={() => setDrawing(!drawing)}
          >
            {drawing ? trans.__('Click two corners on the map') : trans.__('Draw a box')}
          </button>
          <BoxFields box={box ?? null} onBox={onBox} trans={trans} />
        </div>
      )}
    </div>
  );
}

interface ILegendProps {
  readonly field: GridField;
  readonly isLogarithmic: boolean;
}

function Legend({ field, isLogarithmic }: ILegendProps): JSX.Element {
  const node = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { low, high, name, units } = field;
    const type = isLogarithmic ? 'log' : 'linear';
    const shown = legend({
      color: { type, scheme: SCHEME, domain: [low, high], label: `${name} (${units})` },
      // Of many powers of ten not all have room.
      ...(isLogarithmic ? { ticks: 4, tickFormat: '~g' } : {}),
      width: 256,
      marginLeft: 8,
      marginRight: 8
    });
    node.current?.replaceChildren(shown);
  }, [field, isLogarithmic]);
  return <div className="bc-Map-legend" ref={node} />;
}

/** The map of one component, with its layers. */
class Drawn {
  constructor(
    private readonly _node: HTMLElement,
    view: View,
    extent: Box,
    private readonly _pick: (ids: readonly string[]) => void
  ) {
    const style = (): Style => this._style;
    this._land = vectorLayer(() => this._landStyle);
    this._points = vectorLayer(feature => this._pointStyle(feature));
    this._shapes = vectorLayer(feature => {
      const isFine = feature.get('fine') === true;
      return feature.get('chosen') ? this._chosenStyle : isFine ? this._fineStyle : this._style;
    });
    this._box = vectorLayer(style);
    this._map = new OlMap({
      target: _node,
      controls: defaultControls({ rotate: false }).extend([new ScaleLine()]),
      // The wheel scrolls the panel unless the map is what the person is at.
      interactions: defaultInteractions({ onFocusOnly: true, altShiftDragRotate: false, pinchRotate: false }),
      view
    });
    const lines = new Graticule({ showLabels: true, wrapX: true, strokeStyle: this._lineStroke });
    for (const layer of [this._land, lines, this._shapes, this._points, this._box]) {
      this._map.addLayer(layer);
    }
    this._map.getView().fit([...extent], { size: [_node.clientWidth || 320, _node.clientHeight || 240] });
    this._map.on('singleclick', event => {
      const found = new Set<string>();
      this._map.forEachFeatureAtPixel(
        event.pixel,
        feature => {
          const id = feature.getId();
          if (typeof id === 'string' || typeof id === 'number') {
            found.add(String(id));
          }
        },
        { hitTolerance: 4, layerFilter: layer => layer === this._points || layer === this._shapes }
      );
      if (found.size > 0) {
        this._pick([...found]);
      }
    });
    this._takeColours();
    this._themes = new MutationObserver(() => {
      this._takeColours();
      this._map.getLayers().forEach(layer => layer.changed());
    });
    this._themes.observe(document.body, { attributeFilter: ['data-jp-theme-name'] });
    this._sizes = new ResizeObserver(() => this._map.updateSize());
    this._sizes.observe(_node);
  }

  showLand(land: object): void {
    // A copy: the format changes what it reads, which is every map's.
    const features = new TopoJSON({ dataProjection: PROJECTION }).readFeatures(structuredClone(land));
    for (const feature of features) {
      const geometry = feature.getGeometry();
      if (geometry instanceof MultiPolygon) {
        geometry.setCoordinates(geometry.getCoordinates().map(unbroken));
        this._land.getSource()?.addFeature(feature);
      }
    }
  }

  showField(field: GridField | null, isLogarithmic: boolean): void {
    if (this._field) {
      this._map.removeLayer(this._field);
      this._field = null;
    }
    if (!field) {
      return;
    }
    const source = new ImageStatic({
      url: painted(field, isLogarithmic).toDataURL(),
      imageExtent: [field.west, field.south, field.east, field.north],
      projection: PROJECTION,
      interpolate: false
    });
    this._field = new ImageLayer({ source, opacity: 0.85 });
    this._map.getLayers().insertAt(0, this._field);
  }

  showPoints(
    points: readonly IMapPoint[],
    field: GridField | null,
    isLogarithmic: boolean
  ): void {
    const source = this._points.getSource();
    const colours = field && ramp(field, isLogarithmic);
    source?.clear();
    source?.addFeatures(
      points.map(point => {
        const feature = new Feature({ geometry: new Point([point.longitude, point.latitude]) });
        feature.setId(point.id);
        const { value, chosen = false } = point;
        const colour = colours && typeof value === 'number' ? colours(value) : point.colour;
        feature.setProperties({ chosen, colour, measured: value !== undefined });
        return feature;
      })
    );
  }

  showShapes(shapes: object | null): void {
    const source = this._shapes.getSource();
    source?.clear();
    if (shapes) {
      source?.addFeatures(new GeoJSON({ dataProjection: PROJECTION }).readFeatures(shapes));
    }
  }

  showBox(box: Box | null): void {
    const source = this._box.getSource();
    source?.clear();
    if (box) {
      const [west, south, east, north] = box;
      // A box over the antimeridian has its west above its east.
      const geometry = fromExtent([west, south, east < west ? east + 360 : east, north]);
      source?.addFeature(new Feature({ geometry }));
    }
  }

  /** Let the person draw a box; what is given back ends it. */
  drawBox(made: (box: Box) => void): () => void {
    const draw = new Draw({ type: 'Circle', geometryFunction: createBox() });
    draw.on('drawend', ({ feature }) => {
      const extent = feature.getGeometry()?.getExtent();
      const [west = 0, south = 0, east = 0, north = 0] = extent ?? [];
      made(Box.of(west, south, east, north));
    });
    this._map.addInteraction(draw);
    return () => this._map.removeInteraction(draw);
  }

  dispose(): void {
    this._themes.disconnect();
    this._sizes.disconnect();
    this._map.setTarget(undefined);
    this._map.dispose();
  }

  private _pointStyle(feature: { get(name: string): unknown }): Style {
    const chosen = feature.get('chosen') === true;
    const colour = feature.get('colour');
    const isMeasured = feature.get('measured') === true; // they are many, over their field
    return new Style({
      zIndex: chosen ? 1 : 0,
      image: new Circle({
        radius: chosen ? 7 : isMeasured ? 3.5 : 5,
        fill: new Fill({ color: typeof colour === 'string' ? colour : this._brand }),
        stroke: new Stroke({ color: chosen ? this._text : this._paper, width: chosen ? 2.5 : isMeasured ? 0.75 : 1 })
      })
    });
  }

  /** JupyterLab's colours as they are now: a canvas knows no variables. */
  private _takeColours(): void {
    const style = getComputedStyle(this._node);
    const colour = (name: string, otherwise: string): string =>
      style.getPropertyValue(name).trim() || otherwise;
    this._text = colour('--jp-ui-font-color1', '#212121');
    this._paper = colour('--jp-layout-color1', '#ffffff');
    this._brand = colour('--jp-brand-color1', '#1976d2');
    const border = colour('--jp-border-color1', '#bdbdbd');
    this._landStyle = new Style({
      fill: new Fill({ color: colour('--jp-layout-color3', '#bdbdbd') }),
      stroke: new Stroke({ color: border, width: 0.5 })
    });
    this._style = outlined(this._brand, 2);
    this._chosenStyle = outlined(this._text, 3);
    this._fineStyle = outlined(this._text, 1);
  }

  private readonly _map: OlMap;
  private readonly _land: VectorLayer;
  private readonly _points: VectorLayer;
  private readonly _shapes: VectorLayer;
  private readonly _box: VectorLayer;
  private _field: ImageLayer<ImageStatic> | null = null;
  private readonly _themes: MutationObserver;
  private readonly _sizes: ResizeObserver;
  private readonly _lineStroke = new Stroke({ color: 'rgba(128, 128, 128, 0.35)', width: 0.5 });
  private _landStyle = new Style();
  private _style = new Style();
  private _chosenStyle = new Style();
  private _fineStyle = new Style();
  private _text = '';
  private _paper = '';
  private _brand = '';
}

const views = new WeakMap<object, View>();

/** What a map sees: with others of the same `together`, the same. */
function viewOf(together: object | undefined): View {
  const made =
    (together && views.get(together)) ??
    new View({ projection: PROJECTION, center: [0, 0], zoom: 1, multiWorld: true });
  if (together) {
    views.set(together, made);
  }
  return made;
}

function vectorLayer(style: (feature: { get(name: string): unknown }) => Style): VectorLayer {
  return new VectorLayer({ source: new VectorSource(), style });
}

function outlined(color: string, width: number): Style {
  return new Style({
    stroke: new Stroke({ color, width }),
    fill: new Fill({ color: 'rgba(128, 128, 128, 0.08)' })
  });
}

/**
 * The rings of a polygon without leaps at the antimeridian, over which they go on.
 *
 * A ring around a pole is closed there; the pole's own hole is left out.
 */
function unbroken(rings: number[][][]): number[][][] {
  const [outer = [], ...holes] = rings;
  const [coast, turns] = unwrapped(outer);
  const inner = holes.map(unwrapped).filter(([, own]) => own === 0);
  if (turns !== 0) {
    const pole = (coast[0]?.[1] ?? 0) < 0 ? -90 : 90;
    coast.push([coast.at(-1)?.[0] ?? 0, pole], [coast[0]?.[0] ?? 0, pole], coast[0] ?? []);
  }
  return [coast, ...inner.map(([ring]) => ring)];
}

/** A ring whose longitudes have no leap, and how often it goes around the earth. */
function unwrapped(ring: number[][]): [number[][], number] {
  let before = ring[0]?.[0] ?? 0;
  let turn = 0;
  const found = ring.map(([longitude = 0, latitude = 0]) => {
    turn -= Math.round((longitude - before) / 360) * 360;
    before = longitude;
    return [longitude + turn, latitude];
  });
  return [found, turn / 360];
}

/** The colours that a field's numbers have, as CSS. */
function ramp({ low, high }: GridField, isLogarithmic: boolean): (value: number) => string {
  const domain = high > low ? [low, high] : [low, low + 1];
  const type = isLogarithmic ? 'log' : 'linear';
  const colours = scale({ color: { type, scheme: SCHEME, domain, clamp: true } });
  return value => String(colours.apply(value));
}

/** A field as an image, a pixel a cell; what is missing is transparent. */
function painted(field: GridField, isLogarithmic: boolean): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.height = field.values.length;
  canvas.width = field.values[0]?.length ?? 0;
  const context = canvas.getContext('2d');
  if (!context || canvas.width === 0) {
    return canvas;
  }
  const colours = palette(context);
  const image = context.createImageData(canvas.width, canvas.height);
  const along = isLogarithmic ? Math.log : (value: number): number => value;
  const span = along(field.high) - along(field.low) || 1;
  for (const [row, values] of field.values.entries()) {
    for (const [column, value] of values.entries()) {
      if (value === null) {
        continue;
      }
      const share = Math.min(Math.max((along(value) - along(field.low)) / span, 0), 1);
      const from = Math.round(share * (STEPS - 1)) * 4;
      image.data.set(colours.subarray(from, from + 4), (row * canvas.width + column) * 4);
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The bytes of the colours, from the library's names for them. */
function palette(context: CanvasRenderingContext2D): Uint8ClampedArray {
  const colours = scale({ color: { type: 'linear', scheme: SCHEME, domain: [0, STEPS - 1] } });
  const found = new Uint8ClampedArray(STEPS * 4);
  for (let step = 0; step < STEPS; step++) {
    context.fillStyle = String(colours.apply(step));
    context.fillRect(0, 0, 1, 1);
    found.set(context.getImageData(0, 0, 1, 1).data, step * 4);
  }
  context.clearRect(0, 0, 1, 1);
  return found;
}
