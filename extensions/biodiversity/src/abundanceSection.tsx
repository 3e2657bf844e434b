import { Suspense, useId, useMemo, useState } from 'react';
import type { JSX } from 'react';
import { SeaMap } from '@bluecloud/core';
import type { Box, GridField, IMapPoint, IWorkbench } from '@bluecloud/core';

import type { AbundanceMap, Sample } from './wire';

/** Of samples over the error's colours, from which it is told apart by everyone. */
const SAMPLE = '#ff7f0e';

interface IAbundanceSectionProps {
  readonly workbench: IWorkbench;
  readonly map: AbundanceMap;
  readonly extent: Box;
  readonly errorMax: number;
  readonly box: Box | null;
  readonly onBox: (box: Box | null) => void;
}

/** The map, or how sure it is, with its samples; one of them can be looked at. */
export function AbundanceSection(props: IAbundanceSectionProps): JSX.Element {
  const { workbench, map, extent, errorMax, box, onBox } = props;
  const { trans } = workbench;
  const [shown, setShown] = useState<'abundance' | 'error'>('abundance');
  const [picked, setPicked] = useState('');
  const field = useMemo(
    () => without(map[shown], map.error, errorMax),
    [map, shown, errorMax]
  );
  const points = useMemo(() => map.samples.map(sample => point(sample, shown, picked)), [map, shown, picked]);
  const sample = map.samples.find(each => each.id === picked);
  const id = useId();
  const kinds = [
    ['abundance', trans.__('Abundance')],
    ['error', trans.__('Relative error')]
  ] as const;
  const few = map.samples.length < map.used + map.outside;
  return (
    <>
      <fieldset className="bc-Choice">
        <legend className="bc-Visually-hidden">{trans.__('The map shows')}</legend>
        {kinds.map(([kind, title]) => (
          <label key={kind}>
            <input type="radio" name={id} checked={shown === kind} onChange={() => setShown(kind)} />
            {title}
          </label>
        ))}
      </fieldset>
      <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
        <SeaMap
          workbench={workbench}
          label={
            shown === 'abundance'
              ? trans.__('Map of the abundance of %1, with its samples', map.abundance.name)
              : trans.__('Map of the relative error, with the samples')
          }
          extent={extent}
          field={field}
          points={points}
          onPick={ids => setPicked(ids[0] ?? '')}
          box={box}
          onBox={onBox}
        />
      </Suspense>
      <p className="bc-Note">
        {trans._n('%1 sample on the map', '%1 samples on the map', map.used, map.used.toLocaleString())}
        {few && trans.__(', %1 of them drawn', map.samples.length)}
        {map.outside > 0 && trans.__('; %1 on land or outside', map.outside)}
        {trans.__('. Residuals of %1 (root mean square of ln(1 + m⁻³)).', map.residual_rms.toFixed(2))}
      </p>
      {sample && <SampleFacts sample={sample} workbench={workbench} />}
      <details className="bc-More">
        <summary>{trans.__('Samples that the map misses most')}</summary>
        <Missed map={map} picked={picked} onPick={setPicked} workbench={workbench} />
      </details>
    </>
  );
}

/** The field without the cells of which too little is known. */
export function without(field: GridField, error: GridField, errorMax: number): GridField {
  if (errorMax >= 1) {
    return field;
  }
  const values = field.values.map((row, y) =>
    row.map((value, x) => ((error.values[y]?.[x] ?? 1) > errorMax ? null : value))
  );
  return { ...field, values };
}

function point(sample: Sample, shown: 'abundance' | 'error', picked: string): IMapPoint {
  const { id, longitude, latitude, observed } = sample;
  const value = shown === 'abundance' ? observed : null;
  return { id, longitude, latitude, value, colour: SAMPLE, chosen: id === picked };
}

/** What the map says where a sample was taken, in m-3. */
function mapped({ observed, residual }: Sample): string {
  return residual === null ? '–' : Math.max(Math.expm1(observed - residual), 0).toPrecision(2);
}

function place({ latitude, longitude }: Sample): string {
  const north = `${Math.abs(latitude).toFixed(2)}° ${latitude < 0 ? 'S' : 'N'}`;
  return `${north}, ${Math.abs(longitude).toFixed(2)}° ${longitude < 0 ? 'W' : 'E'}`;
}

interface ISampleProps {
  readonly sample: Sample;
  readonly workbench: IWorkbench;
}

function SampleFacts({ sample, workbench }: ISampleProps): JSX.Element {
  const { trans } = workbench;
  return (
    <dl className="bc-Facts" aria-live="polite">
      <dt>{trans.__('Sample')}</dt>
      <dd>{trans.__('%1, at %2', sample.date, place(sample))}</dd>
      <dt>{trans.__('Counted')}</dt>
      <dd>{trans.__('%1 in a cubic metre', sample.abundance)}</dd>
      <dt>{trans.__('By the map')}</dt>
      <dd>{trans.__('%1 in a cubic metre', mapped(sample))}</dd>
    </dl>
  );
}

interface IMissedProps {
  readonly map: AbundanceMap;
  readonly picked: string;
  readonly onPick: (id: string) => void;
  readonly workbench: IWorkbench;
}

function Missed({ map, picked, onPick, workbench }: IMissedProps): JSX.Element {
  const { trans } = workbench;
  const rows = map.missed.flatMap(id => map.samples.find(sample => sample.id === id) ?? []);
  return (
    <div className="bc-Table">
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('Date')}</th>
            <th scope="col">{trans.__('Counted (m⁻³)')}</th>
            <th scope="col">{trans.__('Map (m⁻³)')}</th>
            <th scope="col">
              <span className="bc-Visually-hidden">{trans.__('On the map')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(sample => (
            <tr key={sample.id}>
              <th scope="row">{sample.date}</th>
              <td>{sample.abundance}</td>
              <td>{mapped(sample)}</td>
              <td>
                <button
                  className="bc-Link"
                  type="button"
                  aria-pressed={picked === sample.id}
                  onClick={() => onPick(sample.id)}
                >
                  {trans.__('Show')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
