import { Suspense, useId, useState } from 'react';
import type { JSX } from 'react';
import type { FieldProps, RJSFSchema, UiSchema } from '@rjsf/utils';

import type { Box } from './box';
import { BoxFields } from './boxFields';
import { SeaMap } from './drawing';
import { labelled } from './formTemplates';
import type { IFormContext } from './formTemplates';
import type { ParameterValues } from './tokens';

/** A parameter that is a box says so in these words. */
const EDGES = /west,? south,? east,? north/i;

/** The parameters that are boxes, to be drawn as such. */
export function boxesOf(schema: RJSFSchema): UiSchema<ParameterValues, RJSFSchema, IFormContext> {
  const boxes = Object.entries(schema.properties ?? {}).filter(
    ([, property]) => typeof property === 'object' && isBox(property)
  );
  return Object.fromEntries(boxes.map(([name]) => [name, { 'ui:field': 'BoxField' }]));
}

function isBox({ type, minItems, maxItems, title, description }: RJSFSchema): boolean {
  const said = `${title ?? ''} ${description ?? ''}`;
  return type === 'array' && minItems === 4 && maxItems === 4 && EDGES.test(said);
}

/** A box: four numbers, or drawn on a map. */
function BoxField(props: FieldProps<ParameterValues, RJSFSchema, IFormContext>): JSX.Element {
  const { schema, name, formContext } = props;
  const [drawn, setDrawn] = useState(false);
  const id = useId();
  const box = asBox(props.formData);
  const take = (made: Box | null): void =>
    // Without a box of one's own it is the notebook's.
    (props.onChange as (value: unknown) => void)(made ?? schema.default);
  const { workbench, trans } = formContext ?? {};
  if (!workbench || !trans) {
    return <></>;
  }
  const label = labelled(schema, name);
  return (
    <fieldset className="bc-Field-list" id={props.idSchema.$id}>
      <legend className="bc-Field-label">{label}</legend>
      <div className="bc-Field-box" id={id}>
        {drawn ? (
          <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
            <SeaMap
              workbench={workbench}
              label={trans.__('Map to draw a box on: %1', label)}
              extent={box ?? undefined}
              box={box}
              onBox={take}
            />
          </Suspense>
        ) : (
          <BoxFields box={box} onBox={take} trans={trans} />
        )}
        <button
          className="bc-Link"
          type="button"
          aria-expanded={drawn}
          aria-controls={id}
          onClick={() => setDrawn(!drawn)}
        >
          {drawn ? trans.__('Close the map') : trans.__('Draw it on a map')}
        </button>
      </div>
    </fieldset>
  );
}

function asBox(value: unknown): Box | null {
  if (!Array.isArray(value) || value.length !== 4) {
    return null;
  }
  const [west, south, east, north] = value.map(Number);
  const box: Box = [west ?? NaN, south ?? NaN, east ?? NaN, north ?? NaN];
  return box.every(Number.isFinite) ? box : null;
}

export const BOX_FIELDS = { BoxField };
