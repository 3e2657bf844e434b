import { useId, useState } from 'react';
import type { JSX } from 'react';
import { Computed } from '@bluecloud/core';
import type { IWorkbench } from '@bluecloud/core';
import { ReactWidget } from '@jupyterlab/ui-components';

import { CatchSection } from './catchSection';
import { useQuestion } from './questions';
import { StockSection } from './stockSection';

const NOTHING = {};

/** One catch at two scales, or the state of one stock. */
export class ScalesView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
    this.addClass('bc-Scales');
  }

  protected render(): JSX.Element {
    return <Parts workbench={this._workbench} />;
  }
}

function Parts({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const [part, setPart] = useState<'catch' | 'stock'>('catch');
  const choices = useQuestion(workbench, 'choices', NOTHING);
  const id = useId();
  const parts = [
    ['catch', trans.__('A catch at two scales')],
    ['stock', trans.__('The state of a stock')]
  ] as const;
  return (
    <>
      <fieldset className="bc-Scales-parts">
        <legend className="bc-Visually-hidden">{trans.__('What is shown')}</legend>
        {parts.map(([name, title]) => (
          <label key={name}>
            <input type="radio" name={id} checked={part === name} onChange={() => setPart(name)} />
            {title}
          </label>
        ))}
      </fieldset>
      <Computed computed={choices} trans={trans}>
        {value =>
          part === 'catch' ? (
            <CatchSection workbench={workbench} choices={value} />
          ) : (
            <StockSection workbench={workbench} choices={value} />
          )
        }
      </Computed>
    </>
  );
}
