import { useCallback } from 'react';
import type { JSX, ReactNode } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { bytes, duration } from './amounts';
import { Answered, useAnswer } from './answer';
import { differences, pairs } from './comparison';
import type { IPair } from './comparison';
import { secondsOf, stateInWords, valueInWords } from './runWords';
import type { IWorkbench } from './tokens';
import type { RunDetail } from './wire';

interface ICompareRunsProps {
  readonly workbench: IWorkbench;
  readonly first: string;
  readonly second: string;
  readonly close: () => void;
}

/** Two runs side by side. */
export function CompareRuns(props: ICompareRunsProps): JSX.Element {
  const { workbench, first, second, close } = props;
  const { trans, runsDesk } = workbench;
  const [answer, again] = useAnswer(
    useCallback(
      () => Promise.all([runsDesk.detail(first), runsDesk.detail(second)]),
      [runsDesk, first, second]
    )
  );
  return (
    <section className="bc-Card" aria-label={trans.__('Two runs compared')}>
      <h3 className="bc-Card-title">{trans.__('Two runs compared')}</h3>
      <Answered answer={answer} again={again} trans={trans}>
        {([one, other]) => <Compared first={one} second={other} trans={trans} />}
      </Answered>
      <div className="bc-Card-actions">
        <button className="bc-Button" type="button" onClick={close}>
          {trans.__('Close the comparison')}
        </button>
      </div>
    </section>
  );
}

interface IComparedProps {
  readonly first: RunDetail;
  readonly second: RunDetail;
  readonly trans: TranslationBundle;
}

function Compared({ first, second, trans }: IComparedProps): JSX.Element {
  const { differ, alike } = differences(first, second);
  const files = pairs(first, second);
  const both = (told: (detail: RunDetail) => string): [string, string] => [told(first), told(second)];
  return (
    <>
      <Table
        caption={trans.__('The runs')}
        rows={[
          [trans.__('Notebook'), ...both(({ run }) => run.title)],
          [trans.__('Submitted'), ...both(({ run }) => new Date(run.submitted).toLocaleString())],
          [trans.__('State'), ...both(({ run }) => stateInWords(run, Date.now(), trans))],
          [trans.__('Time'), ...both(detail => timeInWords(detail, trans))],
          [trans.__('Memory'), ...both(({ peak_bytes: peak }) => (peak === null ? '–' : bytes(peak)))],
          [trans.__('Release'), ...both(({ version }) => version || '–')]
        ]}
        trans={trans}
      />
      {first.notebook_sha256 !== second.notebook_sha256 && (
        <p className="bc-Problem">{trans.__('Their notebooks are not the same.')}</p>
      )}
      {differ.length > 0 ? (
        <Table
          caption={trans.__('Parameters that differ')}
          rows={differ.map(one => [one.name, valueInWords(one.first), valueInWords(one.second)])}
          trans={trans}
        />
      ) : (
        <p className="bc-Note">{trans.__('No parameter differs.')}</p>
      )}
      <p className="bc-Note">
        {trans._n('%1 parameter is the same.', '%1 parameters are the same.', alike)}
      </p>
      {files.length > 0 ? (
        <Table
          caption={trans.__('Files')}
          rows={files.map(pair => [
            <>
              {pair.path}
              <br />
              <strong>{pairInWords(pair, trans)}</strong>
            </>,
            pair.first ? bytes(pair.first.bytes) : '–',
            pair.second ? bytes(pair.second.bytes) : '–'
          ])}
          trans={trans}
        />
      ) : (
        <p className="bc-Note">{trans.__('Neither left a file.')}</p>
      )}
      {[first, second].map(
        ({ run, outputs_words: words }) =>
          words && (
            <p className="bc-Note" key={run.id}>
              {words}
            </p>
          )
      )}
    </>
  );
}

interface ITableProps {
  readonly caption: string;
  readonly rows: readonly (readonly [ReactNode, string, string])[];
  readonly trans: TranslationBundle;
}

function Table({ caption, rows, trans }: ITableProps): JSX.Element {
  return (
    <div className="bc-Table bc-mod-compared" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption className="bc-Field-label">{caption}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{trans.__('First')}</th>
            <th scope="col">{trans.__('Second')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, one, other], place) => (
            <tr key={place}>
              <th scope="row">{name}</th>
              <td>{one}</td>
              <td>{other}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function timeInWords({ run, wall_s: wall }: RunDetail, trans: TranslationBundle): string {
  const took = wall ?? secondsOf(run, Date.now());
  return took === null ? '–' : duration(took, trans);
}

function pairInWords({ first, second, same }: IPair, trans: TranslationBundle): string {
  if (same) {
    return trans.__('same (SHA-256)');
  }
  if (first && second) {
    return trans.__('different (SHA-256)');
  }
  return first ? trans.__('only in the first') : trans.__('only in the second');
}
