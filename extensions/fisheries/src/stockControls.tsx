import { useId, useState } from 'react';
import type { JSX } from 'react';
import { Choice, NumberField, Problems, useTask } from '@bluecloud/core';
import type { IWorkbench } from '@bluecloud/core';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { StockChosen } from './questions';
import type { Choices } from './wire';

/** A likely range of the last year, where one begins to tell of it. */
const END = { end_low: 0.2, end_high: 0.6 };
const RESILIENCES = ['very low', 'low', 'medium', 'high'] as const;

interface IStockControlsProps {
  readonly choices: Choices;
  readonly chosen: StockChosen;
  readonly onChosen: (changed: Partial<StockChosen>) => void;
  readonly workbench: IWorkbench;
}

/** Whose catches, and what is believed of the stock before they are looked at. */
export function StockControls(props: IStockControlsProps): JSX.Element {
  const { choices, chosen, onChosen, workbench } = props;
  const { trans } = workbench;
  return (
    <>
      <Choice
        label={trans.__('Stock')}
        value={chosen.source}
        options={[
          ['simulated', trans.__('a simulated one, whose truth is known')],
          ['atlas', trans.__('all catches of a species, tuna atlas')],
          ['file', trans.__('a file of your own')]
        ]}
        onValue={source => {
          // Without an index the last year has to be believed something of.
          onChosen({ source, ...(source === 'atlas' && chosen.end_low === null ? END : {}) });
        }}
      />
      {chosen.source === 'atlas' && (
        <Choice
          label={trans.__('Species')}
          value={chosen.species}
          options={choices.species.map(({ code, title }) => [code, title] as const)}
          onValue={species => onChosen({ species })}
        />
      )}
      {chosen.source === 'file' && (
        <FileField workbench={workbench} onFile={file => onChosen({ file })} />
      )}
      <Choice
        label={trans.__('Resilience: how fast it grows')}
        value={chosen.resilience}
        options={RESILIENCES.map(name => [name, trans.__(name)] as const)}
        onValue={resilience => onChosen({ resilience })}
      />
      <div className="bc-Scales-row">
        <Share
          trans={trans}
          label={trans.__('B/k at first, from')}
          value={chosen.start_low}
          onValue={start_low => onChosen({ start_low })}
        />
        <Share
          trans={trans}
          label={trans.__('to')}
          value={chosen.start_high}
          onValue={start_high => onChosen({ start_high })}
        />
      </div>
      <label className="bc-Scales-check">
        <input
          type="checkbox"
          checked={chosen.end_low !== null}
          onChange={event =>
            onChosen(event.target.checked ? END : { end_low: null, end_high: null })
          }
        />
        {trans.__('A likely range of B/k in the last year, too')}
      </label>
      {chosen.end_low !== null && chosen.end_high !== null && (
        <div className="bc-Scales-row">
          <Share
            trans={trans}
            label={trans.__('B/k at last, from')}
            value={chosen.end_low}
            onValue={end_low => onChosen({ end_low })}
          />
          <Share
            trans={trans}
            label={trans.__('to')}
            value={chosen.end_high}
            onValue={end_high => onChosen({ end_high })}
          />
        </div>
      )}
      <p className="bc-Note">{trans.__('B/k: biomass over that of the unfished stock, 0 to 1.')}</p>
    </>
  );
}

interface IShareProps {
  readonly label: string;
  readonly value: number;
  readonly trans: TranslationBundle;
  readonly onValue: (value: number) => void;
}

function Share(props: IShareProps): JSX.Element {
  return <NumberField {...props} least={0} most={1} step={0.05} />;
}

interface IFileFieldProps {
  readonly workbench: IWorkbench;
  readonly onFile: (file: string) => void;
}

/** A path, told on when it is whole: half a path is no file. */
function FileField({ workbench, onFile }: IFileFieldProps): JSX.Element {
  const { trans } = workbench;
  const id = useId();
  const [text, setText] = useState('');
  const [, reason, start] = useTask();
  return (
    <form
      className="bc-Field"
      onSubmit={event => {
        event.preventDefault();
        onFile(text.trim());
      }}
    >
      <label className="bc-Field-label" htmlFor={id}>
        {trans.__('CSV file in your home')}
      </label>
      <div className="bc-Scales-row">
        <input
          className="bc-Input"
          id={id}
          type="text"
          value={text}
          aria-describedby={`${id}-help`}
          onChange={event => setText(event.target.value)}
        />
        <button className="bc-Button" type="submit" disabled={!text.trim()}>
          {trans.__('Read')}
        </button>
        <button
          className="bc-Button"
          type="button"
          onClick={() =>
            start(async () => {
              const path = await workbench.chooseFile();
              if (path !== null) {
                setText(path);
                onFile(path);
              }
            })
          }
        >
          {trans.__('Choose…')}
        </button>
      </div>
      <p className="bc-Field-help" id={`${id}-help`}>
        {trans.__('With the columns year, catch (t) and, if there is one, cpue; no year left out.')}
      </p>
      <Problems problems={reason ? [reason] : []} />
    </form>
  );
}
