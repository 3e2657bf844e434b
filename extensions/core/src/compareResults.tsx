/** What two runs show, printed and tabulated, side by side. */
import { useCallback } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Answered, useAnswer } from './answer';
import { ComparedTable } from './comparedTable';
import { timeless } from './comparison';
import { comparedTables, comparedText, together } from './numbers';
import type { ICompared, IUnlike } from './numbers';
import { BesidePictures, Picture } from './runFigures';
import type { IWorkbench } from './tokens';
import type { Figure, Figures, Run } from './wire';

/** So many places of one text or table are shown. */
const SHOWN = 40;

interface ICompareResultsProps {
  readonly workbench: IWorkbench;
  readonly first: Run;
  readonly second: Run;
}

/** The figures of two runs beside one another, those of one place in their notebooks together. */
export function CompareFigures({ workbench, first, second }: ICompareResultsProps): JSX.Element {
  const { trans, runsDesk } = workbench;
  const [answer, again] = useAnswer(
    useCallback(
      () => Promise.all([runsDesk.figures(first.id), runsDesk.figures(second.id)]),
      [runsDesk, first.id, second.id]
    )
  );
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {([one, other]) =>
        isEmpty(one) && isEmpty(other) ? (
          <p className="bc-Note">{trans.__('Neither has a figure.')}</p>
        ) : (
          <div className="bc-SideBySide">
            {pictures(one, other).map((pair, place) =>
              pair.map((figure, side) => (
                <div key={`${place} ${side}`}>
                  {figure ? (
                    <Picture
                      figure={figure}
                      of={side === 0 ? trans.__('the first run') : trans.__('the second run')}
                      workbench={workbench}
                    />
                  ) : (
                    <p className="bc-Note">
                      {side === 0 ? trans.__('only in the second') : trans.__('only in the first')}
                    </p>
                  )}
                </div>
              ))
            )}
            <div>
              <BesidePictures told={one} run={first} workbench={workbench} />
            </div>
            <div>
              <BesidePictures told={other} run={second} workbench={workbench} />
            </div>
          </div>
        )
      }
    </Answered>
  );
}

function isEmpty({ figures, drawn, interactive }: Figures): boolean {
  return figures.length + drawn.length + interactive === 0;
}

/** The pictures of both, those of one name together in the order they are in. */
export function pictures(
  first: Figures,
  second: Figures
): readonly (readonly [Figure | null, Figure | null])[] {
  const rest = [...second.figures];
  const pairs = first.figures.map((figure): [Figure, Figure | null] => {
    const at = rest.findIndex(({ name }) => name === figure.name);
    return [figure, at < 0 ? null : (rest.splice(at, 1)[0] ?? null)];
  });
  return [...pairs, ...rest.map((figure): [null, Figure] => [null, figure])];
}

/** The numbers that two runs printed or left in small tables, where they differ. */
export function CompareNumbers({ workbench, first, second }: ICompareResultsProps): JSX.Element {
  const { trans, runsDesk } = workbench;
  const [answer, again] = useAnswer(
    useCallback(
      () => Promise.all([runsDesk.numbers(first.id), runsDesk.numbers(second.id)]),
      [runsDesk, first.id, second.id]
    )
  );
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {([one, other]) => {
        const compared = [
          ...together(one.tables, other.tables, comparedTables, timeless),
          ...together(one.printed, other.printed, comparedText).map(each => ({
            ...each,
            name: trans.__('Printed by cell %1', each.name)
          }))
        ];
        return (
          <>
            {compared.length === 0 && (
              <p className="bc-Note">{trans.__('Neither printed anything or left a small table.')}</p>
            )}
            {compared.map(each => (
              <One key={each.name} compared={each} trans={trans} />
            ))}
            {[...new Set([one.words, other.words])].map(
              words =>
                words && (
                  <p className="bc-Note" key={words}>
                    {words}
                  </p>
                )
            )}
          </>
        );
      }}
    </Answered>
  );
}

interface IOneProps {
  readonly compared: ICompared;
  readonly trans: TranslationBundle;
}

function One({ compared: { name, alike, unlike }, trans }: IOneProps): JSX.Element {
  const more = unlike.length - SHOWN;
  return (
    <>
      {unlike.length > 0 && (
        <ComparedTable
          caption={name}
          rows={unlike.slice(0, SHOWN).map(each => [
            each.place,
            each.first,
            each.second,
            differenceInWords(each)
          ])}
          trans={trans}
          marked
        />
      )}
      {more > 0 && (
        <p className="bc-Note">
          {trans._n('%1 more value differs.', '%1 more values differ.', more)}
        </p>
      )}
      <p className="bc-Note">
        {unlike.length === 0
          ? trans._n('%2: its %1 value is the same.', '%2: all %1 values are the same.', alike, name)
          : trans._n('%1 value is the same.', '%1 values are the same.', alike)}
      </p>
    </>
  );
}

function differenceInWords({ difference }: IUnlike): string {
  return difference === null ? '' : `${difference > 0 ? '+' : ''}${difference}`;
}
