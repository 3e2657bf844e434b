import { Suspense, useCallback, useId, useState } from 'react';
import type { JSX } from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Answered, ParameterForm, useAnswer } from '@bluecloud/core';
import type { Analysis, Entry, IWorkbench } from '@bluecloud/core';

import { withEntries } from './entries';

/** What most questions change; each indicator has some of them. */
const MAIN = ['entry', 'baseline_first', 'baseline_last', 'percentile', 'cold', 'confidence'];

/** Pick an indicator, its data and period, and see it computed in a notebook of one's own. */
export class IndicatorsView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
  }

  protected render(): JSX.Element {
    return <Indicators workbench={this._workbench} />;
  }
}

interface IChoices {
  readonly indicators: readonly Analysis[];
  readonly entries: readonly Entry[];
}

function Indicators({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans, translator } = workbench;
  const [answer, again] = useAnswer(useCallback(() => choices(workbench), [workbench]));
  const [name, setName] = useState('');
  const id = useId();
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {({ indicators, entries }) => {
        const chosen = indicators.find(indicator => indicator.name === name) ?? indicators[0];
        if (!chosen) {
          return <p className="bc-Note">{trans.__('No indicator has parameters to ask for.')}</p>;
        }
        return (
          <>
            <fieldset className="bc-Indicators">
              <legend className="bc-Field-label">{trans.__('What would you like to know?')}</legend>
              {indicators.map(indicator => (
                <label className="bc-Indicators-choice" key={indicator.name}>
                  <input
                    type="radio"
                    name={id}
                    checked={indicator === chosen}
                    onChange={() => setName(indicator.name)}
                  />
                  <span className="bc-Indicators-title">{indicator.title}</span>
                  <span className="bc-Indicators-summary">{firstSentence(indicator.summary)}</span>
                </label>
              ))}
            </fieldset>
            <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
              <ParameterForm
                key={chosen.name}
                schema={withEntries(chosen.form, entries)}
                main={MAIN}
                translator={translator}
                onRun={values => workbench.runAnalysis(chosen.name, values)}
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
  const indicators = analyses.filter(({ form }) => Object.keys(form.properties ?? {}).length > 0);
  return { indicators, entries };
}

function firstSentence(text: string): string {
  return /^.*?[.?!](?=\s|$)/.exec(text)?.[0] ?? text;
}
