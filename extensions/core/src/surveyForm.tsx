import { useCallback, useEffect, useId, useState } from 'react';
import type { FormEvent, JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { useAnswer, useTask } from './answer';
import type { IWorkbench } from './tokens';
import type { Survey, SurveyAnswer, SurveySentence } from './wire';

const DEGREES = [1, 2, 3, 4, 5, 6, 7] as const;
const MOST_CHARACTERS = 2000; // as the service takes it

interface ISurveyFormProps {
  readonly workbench: IWorkbench;
  /** How often it was shown; each time it asks anew. */
  readonly shown: number;
}

/** The laboratory's survey, while it is on; what cannot be asked is in nobody's way. */
export function SurveyForm({ workbench, shown }: ISurveyFormProps): JSX.Element | null {
  const { feedbackDesk } = workbench;
  const [asked] = useAnswer(useCallback(() => feedbackDesk.survey(), [feedbackDesk, shown]));
  const [changed, setChanged] = useState<Survey | null>(null);
  useEffect(() => setChanged(null), [asked]); // what was asked last is newer
  const survey = changed ?? (asked.state === 'here' ? asked.value : null);
  return survey?.on ? (
    <Asked survey={survey} workbench={workbench} onChange={setChanged} />
  ) : null;
}

interface IAskedProps {
  readonly survey: Survey;
  readonly workbench: IWorkbench;
  readonly onChange: (survey: Survey) => void;
}

function Asked({ survey, workbench, onChange }: IAskedProps): JSX.Element {
  const { feedbackDesk, laboratory, trans } = workbench;
  const [given, setGiven] = useState<Partial<SurveyAnswer>>({});
  const kept = JSON.stringify(survey.answer); // what is not sent yet stays when it is asked again
  useEffect(() => setGiven((JSON.parse(kept) as SurveyAnswer | null) ?? {}), [kept]);
  const [busy, reason, start] = useTask();
  const id = useId();
  const { meets_needs, easy_to_use, words = '' } = given;
  const isWhole = meets_needs !== undefined && easy_to_use !== undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isWhole) {
      start(async () => onChange(await feedbackDesk.answerSurvey({ meets_needs, easy_to_use, words })));
    }
  };
  return (
    <form className="bc-Card bc-Form" aria-labelledby={id} onSubmit={submit}>
      <h3 className="bc-Card-title" id={id}>
        {trans.__('A small survey of %1', laboratory.title)}
      </h3>
      <p className="bc-Note">
        {trans.__(
          'The managers see figures, and what is written as it is written, once %1 people have answered. No names are kept. You can change your answer or withdraw it while the survey is on.',
          survey.fewest
        )}
      </p>
      {survey.sentences.map(each => (
        <Degrees
          key={each.name}
          asked={each}
          value={given[each.name]}
          onValue={degree => setGiven({ ...given, [each.name]: degree })}
          trans={trans}
        />
      ))}
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={`${id}-words`}>
          {survey.question}
        </label>
        <textarea
          id={`${id}-words`}
          rows={3}
          maxLength={MOST_CHARACTERS}
          value={words}
          onChange={event => setGiven({ ...given, words: event.target.value })}
        />
      </div>
      <div className="bc-Card-actions">
        <button className="bc-Button bc-mod-main" type="submit" disabled={busy || !isWhole}>
          {survey.answer ? trans.__('Change my answer') : trans.__('Answer')}
        </button>
        {survey.answer && (
          <button
            className="bc-Button"
            type="button"
            disabled={busy}
            onClick={() => start(async () => onChange(await feedbackDesk.withdrawSurvey()))}
          >
            {trans.__('Withdraw my answer')}
          </button>
        )}
      </div>
      <p className="bc-Note" role="status">
        {survey.answer && trans.__('Your answer is kept.')}
      </p>
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </form>
  );
}

interface IDegreesProps {
  readonly asked: SurveySentence;
  readonly value: number | undefined;
  readonly onValue: (degree: number) => void;
  readonly trans: TranslationBundle;
}

/** How far somebody agrees with a sentence. */
function Degrees({ asked, value, onValue, trans }: IDegreesProps): JSX.Element {
  const name = useId();
  const ends: Readonly<Record<number, string>> = {
    1: trans.__('strongly disagree'),
    7: trans.__('strongly agree')
  };
  return (
    <fieldset className="bc-Choice bc-Survey-degrees">
      <legend className="bc-Field-label">{asked.sentence}</legend>
      {DEGREES.map(degree => (
        <label key={degree}>
          <input
            type="radio"
            name={name}
            checked={value === degree}
            onChange={() => onValue(degree)}
          />
          {ends[degree] === undefined ? degree : `${degree} ${ends[degree]}`}
        </label>
      ))}
    </fieldset>
  );
}
