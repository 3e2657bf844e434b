import { useCallback } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { bytes, duration } from './amounts';
import { Answered, useAnswer } from './answer';
import { ComparedTable } from './comparedTable';
import { CompareFigures, CompareNumbers } from './compareResults';
import { differences, pairs } from './comparison';
import type { IDifference, IPair } from './comparison';
import { Fold } from './fold';
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
        {([one, other]) => <Compared first={one} second={other} workbench={workbench} />}
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
  readonly workbench: IWorkbench;
}

function Compared({ first, second, workbench }: IComparedProps): JSX.Element {
  const { trans } = workbench;
  const { differ, same } = differences(first, second);
  const files = pairs(first, second);
  const both = (told: (detail: RunDetail) => string): [string, string] => [told(first), told(second)];
  return (
    <>
      <ComparedTable
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
        <ComparedTable
          caption={trans.__('Parameters that differ')}
          rows={differ.map(inRow)}
          trans={trans}
          marked
        />
      ) : (
        <p className="bc-Note">{trans.__('No parameter differs.')}</p>
      )}
      {same.length > 0 && (
        <Fold
          title={trans._n('%1 parameter is the same.', '%1 parameters are the same.', same.length)}
        >
          <ComparedTable
            caption={trans.__('Parameters that are the same')}
            rows={same.map(inRow)}
            trans={trans}
          />
        </Fold>
      )}
      <Fold title={trans.__('Figures side by side')}>
        <CompareFigures workbench={workbench} first={first.run} second={second.run} />
      </Fold>
      <h4 className="bc-Field-label">{trans.__('Results in numbers')}</h4>
      <CompareNumbers workbench={workbench} first={first.run} second={second.run} />
      {files.length > 0 ? (
        <ComparedTable
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

function inRow({ name, first, second }: IDifference): [string, string, string] {
  return [name, valueInWords(first), valueInWords(second)];
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
