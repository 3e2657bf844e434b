import { Suspense, useCallback, useId, useState } from 'react';
import type { JSX } from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';

import { Answered, Problems, useAnswer, useTask } from './answer';
import { EarlierRuns } from './earlier';
import { ParameterForm } from './lazyForm';
import type { IWorkbench } from './tokens';
import type { Analysis } from './wire';

/** The laboratory's analyses, to be opened or run with parameters. */
export class AnalysesView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
    this.title.label = _workbench.trans.__('Analyses');
  }

  protected render(): JSX.Element {
    return <Analyses workbench={this._workbench} />;
  }
}

function Analyses({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const [answer, again] = useAnswer(useCallback(() => workbench.analyses(), [workbench]));
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {({ analyses, problems }) => (
        <>
          <Problems problems={problems} />
          {analyses.length === 0 && (
            <p className="bc-Note">{trans.__('This laboratory has no analyses yet.')}</p>
          )}
          <ul className="bc-Cards">
            {analyses.map(analysis => (
              <AnalysisCard key={analysis.name} analysis={analysis} workbench={workbench} again={again} />
            ))}
          </ul>
        </>
      )}
    </Answered>
  );
}

interface IAnalysisCardProps {
  readonly analysis: Analysis;
  readonly workbench: IWorkbench;
  readonly again: () => void;
}

function AnalysisCard({ analysis, workbench, again }: IAnalysisCardProps): JSX.Element {
  const { trans, translator } = workbench;
  const [busy, reason, start] = useTask();
  const [formShown, setFormShown] = useState(false);
  const [submits, setSubmits] = useState(0);
  const id = useId();
  const open = (beside: boolean): void =>
    start(async () => {
      await workbench.openAnalysis(analysis.name, beside);
      again();
    });
  const picture = workbench.runsDesk.pictureAddress(analysis);
  const asksNothing = Object.keys(analysis.form.properties ?? {}).length === 0;
  return (
    <li className="bc-Card" aria-labelledby={`${id}-title`}>
      {picture && (
        <img
          className="bc-Card-picture bc-mod-wide"
          src={picture}
          alt={trans.__('%1: %2', analysis.title, analysis.picture_words || trans.__('a figure'))}
          loading="lazy"
        />
      )}
      <h3 className="bc-Card-title" id={`${id}-title`}>
        {analysis.title}
      </h3>
      <p className="bc-Card-text">{analysis.summary}</p>
      {analysis.curated_is_newer && (
        <p className="bc-Note">
          {trans.__('You changed your copy, and the laboratory published a newer version. ')}
          <button className="bc-Link" type="button" disabled={busy} onClick={() => open(true)}>
            {trans.__('Open the newer one beside it')}
          </button>
        </p>
      )}
      {analysis.problems.map(problem => (
        <p className="bc-Note" key={problem.message}>
          {problem.message}
        </p>
      ))}
      <div className="bc-Card-actions">
        <button
          className="bc-Button"
          type="button"
          disabled={busy}
          aria-describedby={`${id}-title`}
          onClick={() => open(false)}
        >
          {analysis.copy_path ? trans.__('Open') : trans.__('Open a copy')}
        </button>
        <button
          className="bc-Button"
          type="button"
          disabled={busy || asksNothing}
          aria-expanded={formShown}
          aria-controls={`${id}-form`}
          aria-describedby={`${id}-title`}
          onClick={() => setFormShown(shown => !shown)}
        >
          {trans.__('Run with parameters')}
        </button>
      </div>
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
      <div id={`${id}-form`} hidden={!formShown}>
        {formShown && workbench.laboratory.keeps_runs && (
          <EarlierRuns workbench={workbench} analysis={analysis.name} submits={submits} />
        )}
        {formShown && (
          <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
            <ParameterForm
              schema={analysis.form}
              translator={translator}
              workbench={workbench}
              onRun={values => workbench.runAnalysis(analysis.name, values)}
              onSubmit={
                workbench.laboratory.keeps_runs
                  ? async (values, sweep) => {
                      const runs = await workbench.submitAnalysis(analysis.name, values, sweep);
                      setSubmits(times => times + 1);
                      return runs;
                    }
                  : undefined
              }
            />
          </Suspense>
        )}
      </div>
    </li>
  );
}
