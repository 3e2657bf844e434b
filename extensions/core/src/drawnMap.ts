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

import { Box } from './box';
import type { IMapPoint } from './drawing';
import { painted, ramp } from './fieldImage';
import { unbroken } from './landRings';
import type { GridField } from './viewWire';

const PROJECTION = 'EPSG:4326';

/** The map of one component, with its layers. */
export class Drawn {
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
export function viewOf(together: object | undefined): View {
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
