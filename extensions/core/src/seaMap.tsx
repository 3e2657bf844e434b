import 'ol/ol.css';

import { useEffect, useId, useRef, useState } from 'react';
import type { JSX } from 'react';

import type { Box } from './box';
import { BoxFields } from './boxFields';
import { Drawn, viewOf } from './drawnMap';
import type { ISeaMapProps } from './drawing';
import { gradient, ticks } from './fieldImage';
import type { GridField } from './viewWire';

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
  return (
    <figure className="bc-Map-legend">
      <figcaption>
        {field.name} ({field.units})
      </figcaption>
      <div className="bc-Map-legendBar" style={{ background: gradient() }} />
      <div className="bc-Map-legendTicks">
        {ticks(field, isLogarithmic).map(({ label, place }) => (
          <span key={label} style={{ left: `${place * 100}%` }}>
            {label}
          </span>
        ))}
      </div>
    </figure>
  );
}
