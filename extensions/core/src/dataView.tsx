import { useCallback, useId, useState } from 'react';
import type { JSX } from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Answered, Problems, useAnswer } from './answer';
import type { IWorkbench } from './tokens';
import { UseData } from './useData';
import type { Entry } from './wire';

/** The laboratory's catalogue, to be used in a notebook. */
export class DataView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
    this.title.label = _workbench.trans.__('Data');
  }

  protected render(): JSX.Element {
    return <Data workbench={this._workbench} />;
  }
}

/** The entries that have every word of the text somewhere in what is said of them. */
export function matching(entries: readonly Entry[], text: string): readonly Entry[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(entry => {
    const said = [
      entry.name,
      entry.title,
      entry.description,
      entry.source,
      entry.licence.name,
      ...entry.variables.flatMap(variable => [variable.name, variable.standard_name ?? ''])
    ];
    const all = said.join('\n').toLocaleLowerCase();
    return words.every(word => all.includes(word));
  });
}

function Data({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const [answer, again] = useAnswer(useCallback(() => workbench.catalogue(), [workbench]));
  const [text, setText] = useState('');
  const id = useId();
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {({ entries, problems }) => {
        const found = matching(entries, text);
        return (
          <>
            <label className="bc-Field-label" htmlFor={id}>
              {trans.__('Filter')}
            </label>
            <input
              id={id}
              className="bc-Input"
              type="search"
              value={text}
              placeholder={trans.__('title, variable, source…')}
              onChange={event => setText(event.target.value)}
            />
            <p className="bc-Note" role="status">
              {trans._n('%1 dataset', '%1 datasets', found.length)}
            </p>
            <Problems problems={problems} />
            <ul className="bc-Cards">
              {found.map(entry => (
                <EntryCard key={entry.name} entry={entry} workbench={workbench} />
              ))}
            </ul>
          </>
        );
      }}
    </Answered>
  );
}

interface IEntryCardProps {
  readonly entry: Entry;
  readonly workbench: IWorkbench;
}

function EntryCard({ entry, workbench }: IEntryCardProps): JSX.Element {
  const { trans } = workbench;
  const id = useId();
  const [first, last] = entry.extent.time;
  return (
    <li className="bc-Card" aria-labelledby={`${id}-title`}>
      <h3 className="bc-Card-title" id={`${id}-title`}>
        {entry.title}
      </h3>
      <p className="bc-Badges">
        {badges(entry, trans).map(({ text, explanation, warns }) => (
          <span className={`bc-Badge ${warns ? 'bc-mod-warns' : ''}`} title={explanation} key={text}>
            {text}
          </span>
        ))}
      </p>
      <dl className="bc-Facts">
        <dt>{trans.__('Variables')}</dt>
        <dd>{entry.variables.map(variable => `${variable.name} (${variable.units})`).join(', ')}</dd>
        <dt>{trans.__('Period')}</dt>
        <dd>
          {first} – {last ?? trans.__('today')}
        </dd>
        <dt>{trans.__('Licence')}</dt>
        <dd>
          <a className="bc-Link" href={entry.licence.url} target="_blank" rel="noreferrer">
            {entry.licence.name}
          </a>
        </dd>
      </dl>
      <details className="bc-More">
        <summary>{trans.__('About')}</summary>
        <p>{entry.description}</p>
        <p>{entry.citation}</p>
        <dl className="bc-Facts">
          <dt>{trans.__('Protocol')}</dt>
          <dd>{entry.protocol}</dd>
          <dt>{trans.__('Evidence')}</dt>
          <dd>{entry.evidence}</dd>
          <dt>{trans.__('Read live')}</dt>
          <dd>{entry.live_verified}</dd>
        </dl>
      </details>
      <UseData
        workbench={workbench}
        titleId={`${id}-title`}
        title={entry.title}
        snippet={entry.snippet}
        citation={entry.citation}
        preview={{ entry: entry.name, request: entry.example }}
      />
    </li>
  );
}

interface IBadge {
  readonly text: string;
  readonly explanation: string;
  readonly warns: boolean;
}

/** What one must know before use: where the data come from today, and whether they are real. */
function badges(entry: Entry, trans: TranslationBundle): IBadge[] {
  const shown: IBadge[] = [];
  if (entry.tiers.includes('live')) {
    shown.push({
      text: trans.__('live'),
      explanation: trans.__('Read from the provider.'),
      warns: false
    });
  }
  if (entry.synthetic) {
    shown.push({
      text: trans.__('sample: made up'),
      explanation: trans.__('What is read for now is made up: good to try things, not to find things.'),
      warns: true
    });
  } else if (entry.tiers.includes('sample')) {
    shown.push({
      text: trans.__('sample'),
      explanation: trans.__('A small real part of it is in the laboratory.'),
      warns: false
    });
  }
  if (entry.login !== 'none') {
    shown.push({
      text: entry.login === 'required' ? trans.__('needs login') : trans.__('login optional'),
      explanation: trans.__('The provider asks for an account of your own.'),
      warns: entry.login === 'required'
    });
  }
  return shown;
}
