import type { JSX, ReactNode } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

/** A row: what is compared, of the first, of the second, and in some tables the difference. */
export type ComparedRow = readonly [ReactNode, string, string, string?];

interface IComparedTableProps {
  readonly caption: string;
  readonly rows: readonly ComparedRow[];
  readonly trans: TranslationBundle;
  /** Whether what differs is marked as such. */
  readonly marked?: boolean;
}

/** Two runs beside one another, and with numbers how they differ. */
export function ComparedTable(props: IComparedTableProps): JSX.Element {
  const { caption, rows, trans, marked = false } = props;
  const told = (text: string): ReactNode =>
    marked ? <mark className="bc-Differs">{text}</mark> : text;
  const withDifference = rows.some(row => row[3] !== undefined);
  return (
    <div className="bc-Table bc-mod-compared" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption className="bc-Field-label">{caption}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{trans.__('First')}</th>
            <th scope="col">{trans.__('Second')}</th>
            {withDifference && (
              <th scope="col" title={trans.__('The second less the first')}>
                {trans.__('Change')}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, one, other, difference], place) => (
            <tr key={place}>
              <th scope="row">{name}</th>
              <td>{told(one)}</td>
              <td>{told(other)}</td>
              {withDifference && <td>{difference}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
