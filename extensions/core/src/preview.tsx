import * as Plot from '@observablehq/plot';
import { useMemo } from 'react';
import type { JSX } from 'react';

import { Computed, OriginNote, questionsOf } from './computed';
import Chart from './chart';
import SeaMap from './seaMap';
import { Box } from './box';
import type { IWorkbench } from './tokens';
import type { Preview, PreviewRequest, PreviewSeries } from './viewWire';

/** The questions that every laboratory's kernel answers. */
interface ICommonQuestions {
  readonly preview: readonly [PreviewRequest, Preview];
}

const useQuestion = questionsOf<ICommonQuestions>();
const DEGREES_AROUND = 2;

interface ILookProps {
  readonly workbench: IWorkbench;
  readonly asked: PreviewRequest;
  readonly title: string;
}

/** A first look at some data, which touches no notebook. */
export default function Look({ workbench, asked, title }: ILookProps): JSX.Element {
  const { trans } = workbench;
  const computed = useQuestion(workbench, 'preview', asked);
  return (
    <Computed computed={computed} trans={trans}>
      {preview => <Shown preview={preview} workbench={workbench} title={title} />}
    </Computed>
  );
}

interface IShownProps {
  readonly preview: Preview;
  readonly workbench: IWorkbench;
  readonly title: string;
}

function Shown({ preview, workbench, title }: IShownProps): JSX.Element {
  const { trans } = workbench;
  const { field, series, table, origin, said, size } = preview;
  const points = useMemo(
    () => preview.points.map((point, place) => ({ ...point, id: String(place) })),
    [preview]
  );
  return (
    <div className="bc-Preview">
      <OriginNote origin={origin} trans={trans} />
      {said.map(words => (
        <p className="bc-Note" key={words}>
          {words}
        </p>
      ))}
      <p className="bc-Note">{size}</p>
      {(field || points.length > 0) && (
        <SeaMap
          workbench={workbench}
          label={trans.__('Map of %1', title)}
          field={field}
          points={points}
          extent={extent(preview)}
        />
      )}
      {series && <Series series={series} />}
      {table && points.length === 0 && (
        <div className="bc-Table">
          <table>
            <thead>
              <tr>
                {table.columns.map(name => (
                  <th key={name}>{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row, place) => (
                <tr key={place}>
                  {row.map((cell, column) => (
                    <td key={column}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function Series({ series }: { readonly series: PreviewSeries }): JSX.Element {
  const { name, units, times, values } = series;
  const options = useMemo(() => {
    const rows = times.map((time, place) => ({ time: new Date(time), value: values[place] ?? NaN }));
    return {
      height: 180,
      x: { type: 'utc' as const, label: null },
      y: { label: `${name}${units ? ` (${units})` : ''}`, grid: true },
      marks: [
        rows.length > 1
          ? Plot.lineY(rows, { x: 'time', y: 'value', stroke: 'var(--jp-brand-color1)' })
          : Plot.dot(rows, { x: 'time', y: 'value' }),
        Plot.tip(rows, Plot.pointerX({ x: 'time', y: 'value' }))
      ]
    };
  }, [name, units, times, values]);
  return <Chart label={name} options={options} />;
}

/** What the map shows first: all of it, and a little around. */
function extent({ field, points }: Preview): Box | undefined {
  if (field) {
    return Box.of(field.west, field.south, Math.min(field.east, 180), field.north);
  }
  if (points.length === 0) {
    return undefined;
  }
  const longitudes = points.map(point => point.longitude);
  const latitudes = points.map(point => point.latitude);
  return Box.of(
    Math.max(Math.min(...longitudes) - DEGREES_AROUND, -180),
    Math.min(...latitudes) - DEGREES_AROUND,
    Math.min(Math.max(...longitudes) + DEGREES_AROUND, 180),
    Math.max(...latitudes) + DEGREES_AROUND
  );
}
