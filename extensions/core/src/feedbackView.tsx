import { useCallback, useEffect, useId, useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Answered, useAnswer, useTask } from './answer';
import { SurveyForm } from './surveyForm';
import type { IWorkbench } from './tokens';
import { ViewWhenShown } from './viewWhenShown';
import type { Thread, Threads, Words } from './wire';

const MOST_CHARACTERS = 4000; // of one entry, as the service takes it

/**
 * A sentence to the managers of the laboratory, and what they answer.
 *
 * It asks when it is shown and not before, since what it was given counts as seen.
 */
export class FeedbackView extends ViewWhenShown {
  constructor(private readonly _workbench: IWorkbench) {
    super(_workbench.trans.__('Feedback'));
  }

  protected draw(shown: number): JSX.Element {
    return <Listed workbench={this._workbench} shown={shown} />;
  }
}

interface IListedProps {
  readonly workbench: IWorkbench;
  /** How often it was shown; each time it asks anew. */
  readonly shown: number;
}

function Listed({ workbench, shown }: IListedProps): JSX.Element {
  const { feedbackDesk, trans } = workbench;
  const [answer, again] = useAnswer(useCallback(() => feedbackDesk.threads(), [feedbackDesk, shown]));
  const [changed, setChanged] = useState<Threads | null>(null);
  useEffect(() => setChanged(null), [answer]); // what was asked last is newer
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {told => (
        <>
          <SurveyForm workbench={workbench} shown={shown} />
          <Begin workbench={workbench} onSent={setChanged} />
          {(changed ?? told).threads.length === 0 ? (
            <p className="bc-Note">
              {trans.__('What you write and what is answered is kept here, for you and the managers.')}
            </p>
          ) : (
            <ul className="bc-Cards">
              {(changed ?? told).threads.map(thread => (
                <ThreadCard
                  key={thread.id}
                  thread={thread}
                  workbench={workbench}
                  onChange={setChanged}
                />
              ))}
            </ul>
          )}
        </>
      )}
    </Answered>
  );
}

interface IBeginProps {
  readonly workbench: IWorkbench;
  readonly onSent: (threads: Threads) => void;
}

/** A new thread; the notebook in front is told along unless it is not wanted. */
function Begin({ workbench, onSent }: IBeginProps): JSX.Element {
  const { feedbackDesk, laboratory, trans } = workbench;
  const [text, setText] = useState('');
  const [isAbout, setIsAbout] = useState(true);
  const [notebook, setNotebook] = useState(() => feedbackDesk.notebook());
  const [busy, reason, start] = useTask();
  const id = useId();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    start(async () => {
      onSent(await feedbackDesk.send({ text, notebook: isAbout ? notebook : '', run: '' }));
      setText('');
    });
  };
  return (
    // Whichever notebook is in front when somebody begins to write.
    <form className="bc-Form" onSubmit={submit} onFocus={() => setNotebook(feedbackDesk.notebook())}>
      <Entry
        id={`${id}-text`}
        label={trans.__('Write to the managers of %1', laboratory.title)}
        text={text}
        onText={setText}
      />
      {notebook !== '' && (
        <label className="bc-Field-check">
          <input
            type="checkbox"
            checked={isAbout}
            onChange={event => setIsAbout(event.target.checked)}
          />
          {trans.__('It is about %1', notebook)}
        </label>
      )}
      <p className="bc-Note">
        {trans.__('Your name and the version %1 are sent along.', laboratory.version)}
      </p>
      <div className="bc-Card-actions">
        <button className="bc-Button bc-mod-main" type="submit" disabled={busy || !text.trim()}>
          {trans.__('Send')}
        </button>
      </div>
      <Reason reason={reason} />
    </form>
  );
}

interface IThreadCardProps {
  readonly thread: Thread;
  readonly workbench: IWorkbench;
  readonly onChange: (threads: Threads) => void;
}

function ThreadCard({ thread, workbench, onChange }: IThreadCardProps): JSX.Element {
  const { feedbackDesk, trans } = workbench;
  const [text, setText] = useState('');
  const [busy, reason, start] = useTask();
  const id = useId();
  const about = [thread.notebook, thread.run, thread.version].filter(part => part !== '');
  const write = (event: FormEvent): void => {
    event.preventDefault();
    start(async () => {
      onChange(await feedbackDesk.write(thread.id, text));
      setText('');
    });
  };
  const remove = (): void =>
    start(async () => {
      const answer = await showDialog({
        title: trans.__('Take this thread away?'),
        body: trans.__('What you wrote and what was answered is gone then, for the managers too.'),
        buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Take away') })]
      });
      if (answer.button.accept) {
        onChange(await feedbackDesk.remove(thread.id));
      }
    });
  return (
    <li className="bc-Card" aria-labelledby={`${id}-title`}>
      <h3 className="bc-Card-title" id={`${id}-title`}>
        {stateInWords(thread, trans)}
      </h3>
      {about.length > 0 && <p className="bc-Note">{about.join(' · ')}</p>}
      {thread.words.map((words, number) => (
        <Written key={number} words={words} trans={trans} />
      ))}
      <form className="bc-Form" onSubmit={write}>
        <Entry
          id={`${id}-more`}
          label={trans.__('Write more')}
          text={text}
          onText={setText}
          describedBy={`${id}-title`}
        />
        <div className="bc-Card-actions">
          <button className="bc-Button" type="submit" disabled={busy || !text.trim()}>
            {trans.__('Send')}
          </button>
          {thread.state !== 'closed' && (
            <button
              className="bc-Button"
              type="button"
              disabled={busy}
              aria-describedby={`${id}-title`}
              onClick={() => start(async () => onChange(await feedbackDesk.close(thread.id)))}
            >
              {trans.__('Close')}
            </button>
          )}
          <button
            className="bc-Button"
            type="button"
            disabled={busy}
            aria-describedby={`${id}-title`}
            onClick={remove}
          >
            {trans.__('Take away')}
          </button>
        </div>
      </form>
      <Reason reason={reason} />
    </li>
  );
}

function Written({
  words,
  trans
}: {
  readonly words: Words;
  readonly trans: TranslationBundle;
}): JSX.Element {
  const at = new Date(words.at).toLocaleString();
  return (
    <div className="bc-Feedback-words">
      <p className="bc-Note">
        {words.is_manager
          ? trans.__('%1, manager, %2', words.author, at)
          : `${words.author}, ${at}`}
      </p>
      <p className="bc-Feedback-text">{words.text}</p>
    </div>
  );
}

interface IEntryProps {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly describedBy?: string;
}

function Entry({ id, label, text, onText, describedBy }: IEntryProps): JSX.Element {
  return (
    <div className="bc-Field">
      <label className="bc-Field-label" htmlFor={id}>
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        maxLength={MOST_CHARACTERS}
        aria-describedby={describedBy}
        value={text}
        onChange={event => onText(event.target.value)}
      />
    </div>
  );
}

function Reason({ reason }: { readonly reason: string }): JSX.Element | null {
  return reason ? (
    <p className="bc-Problem" role="alert">
      {reason}
    </p>
  ) : null;
}

function stateInWords({ state, news }: Thread, trans: TranslationBundle): string {
  switch (state) {
    case 'open':
      return trans.__('Waits for an answer');
    case 'answered':
      return news ? trans.__('New answer') : trans.__('Answered');
    case 'closed':
      return trans.__('Closed');
  }
}
