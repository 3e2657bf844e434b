import { Suspense, useCallback, useId, useState } from 'react';
import type { JSX } from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';

import { Answered, Problems, useAnswer } from './answer';
import { EarlierRuns } from './earlier';
import { withEntries } from './entries';
import { ParameterForm } from './lazyForm';
import type { IWorkbench } from './tokens';
import type { Analysis, Entry } from './wire';

/** Pick a question, its data and period, and see it answered in a notebook of one's own. */
export class QuestionsView extends ReactWidget {
  /** `_main` names the parameters that most people change: they are shown without unfolding. */
  constructor(
    private readonly _workbench: IWorkbench,
    private readonly _main: readonly string[]
  ) {
    super();
    this.addClass('bc-View');
  }

  protected render(): JSX.Element {
    return <Questions workbench={this._workbench} main={this._main} />;
  }
}

interface IChoices {
  readonly questions: readonly Analysis[];
  readonly entries: readonly Entry[];
}

export interface IQuestionsProps {
  readonly workbench: IWorkbench;
  readonly main: readonly string[];
}

export function Questions({ workbench, main }: IQuestionsProps): JSX.Element {
  const { trans, translator } = workbench;
  const [answer, again] = useAnswer(useCallback(() => choices(workbench), [workbench]));
  const [name, setName] = useState('');
  const [submits, setSubmits] = useState(0);
  const id = useId();
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {({ questions, entries }) => {
        const chosen = questions.find(question => question.name === name) ?? questions[0];
        if (!chosen) {
          return <p className="bc-Note">{trans.__('No analysis has parameters to ask for.')}</p>;
        }
        return (
          <>
            <fieldset className="bc-Questions">
              <legend className="bc-Field-label">{trans.__('What would you like to know?')}</legend>
              {questions.map(question => (
                <label className="bc-Questions-choice" key={question.name}>
                  <input
                    type="radio"
                    name={id}
                    checked={question === chosen}
                    onChange={() => setName(question.name)}
                  />
                  <span className="bc-Questions-title">{question.title}</span>
                  <span className="bc-Questions-summary">{firstSentence(question.summary)}</span>
                </label>
              ))}
            </fieldset>
            <Problems problems={chosen.problems.map(problem => problem.message)} />
            {workbench.laboratory.keeps_runs && (
              <EarlierRuns workbench={workbench} analysis={chosen.name} submits={submits} />
            )}
            <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
              <ParameterForm
                key={chosen.name}
                schema={withEntries(chosen.form, entries)}
                main={main}
                translator={translator}
                workbench={workbench}
                onRun={values => workbench.runAnalysis(chosen.name, values)}
                onSubmit={
                  workbench.laboratory.keeps_runs
                    ? async (values, sweep) => {
                      const runs = await workbench.submitAnalysis(chosen.name, values, sweep);
                      setSubmits(times => times + 1);
                      return runs;
                    }
                    : undefined
                }
              />
            </Suspense>
            <p className="bc-Note">
              {trans.__('Run opens a notebook of your own with these values and computes it.')}
            </p>
          </>
        );
      }}
    </Answered>
  );
}

/** The analyses that can be asked something; the data are named as they are without a catalogue. */
async function choices(workbench: IWorkbench): Promise<IChoices> {
  const [{ analyses }, entries] = await Promise.all([
    workbench.analyses(),
    workbench.catalogue().then(
      catalogue => catalogue.entries,
      () => []
    )
  ]);
  const questions = analyses.filter(({ form }) => Object.keys(form.properties ?? {}).length > 0);
  return { questions, entries };
}

function firstSentence(text: string): string {
  return /^.*?[.?!](?=\s|$)/.exec(text)?.[0] ?? text;
}
