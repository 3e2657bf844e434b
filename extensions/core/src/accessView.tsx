import { useCallback, useId, useState } from 'react';
import type { FormEvent, JSX } from 'react';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Answered, Problems, useAnswer, useTask } from './answer';
import type { IWorkbench } from './tokens';
import type { Provider, StoredLogin } from './wire';

const SOON_MS = 7 * 24 * 3600 * 1000;

/** The person's logins at providers: which are needed, which are stored, and until when. */
export class AccessView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
    this.title.label = _workbench.trans.__('Access');
  }

  protected render(): JSX.Element {
    return <Listed workbench={this._workbench} />;
  }
}

function Listed({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const [answer, again] = useAnswer(useCallback(() => workbench.access(), [workbench]));
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {({ providers, problems }) => (
        <>
          <Problems problems={problems} />
          <p className="bc-Note">
            {trans.__(
              'A login is sealed by the deployment, given to your own laboratories and runs alone, and never shown again.'
            )}
          </p>
          {providers.length === 0 ? (
            <p className="bc-Note">{trans.__('No data of this laboratory needs a login.')}</p>
          ) : (
            <ul className="bc-Cards">
              {providers.map(provider => (
                <ProviderCard
                  key={provider.source}
                  provider={provider}
                  workbench={workbench}
                  again={again}
                />
              ))}
            </ul>
          )}
        </>
      )}
    </Answered>
  );
}

interface IProviderCardProps {
  readonly provider: Provider;
  readonly workbench: IWorkbench;
  readonly again: () => void;
}

function ProviderCard({ provider, workbench, again }: IProviderCardProps): JSX.Element {
  const { trans } = workbench;
  const { login, source, title } = provider;
  const [busy, reason, start] = useTask();
  const [writing, setWriting] = useState(false);
  const id = useId();
  const forget = (): void =>
    start(async () => {
      const answer = await showDialog({
        title: trans.__('Forget your login with %1?', title),
        body: trans.__('Runs that go on keep it to their end.'),
        buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Forget') })]
      });
      if (answer.button.accept) {
        await workbench.forgetLogin(source);
        again();
      }
    });
  return (
    <li className="bc-Card" aria-labelledby={`${id}-title`}>
      <h3 className="bc-Card-title" id={`${id}-title`}>
        {title}
      </h3>
      <p className="bc-Card-text">{needInWords(provider, trans)}</p>
      {login && (
        <p className={ends(login, Date.now()) === 'later' ? 'bc-Note' : 'bc-Problem'}>
          {loginInWords(login, trans)}
        </p>
      )}
      {writing ? (
        <LoginForm
          provider={provider}
          workbench={workbench}
          onEnd={stored => {
            setWriting(false);
            if (stored) {
              again();
            }
          }}
        />
      ) : (
        <div className="bc-Card-actions">
          <button
            className="bc-Button"
            type="button"
            disabled={busy}
            aria-describedby={`${id}-title`}
            onClick={() => setWriting(true)}
          >
            {login ? trans.__('Replace') : trans.__('Store a login')}
          </button>
          {login && (
            <button
              className="bc-Button"
              type="button"
              disabled={busy}
              aria-describedby={`${id}-title`}
              onClick={forget}
            >
              {trans.__('Forget')}
            </button>
          )}
        </div>
      )}
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </li>
  );
}

interface ILoginFormProps {
  readonly provider: Provider;
  readonly workbench: IWorkbench;
  readonly onEnd: (stored: boolean) => void;
}

/** Fields that no browser fills in or keeps; what was typed is gone with the form. */
function LoginForm({ provider, workbench, onEnd }: ILoginFormProps): JSX.Element {
  const { trans } = workbench;
  const [byToken, setByToken] = useState(provider.login?.kind === 'token');
  const [username, setUsername] = useState(provider.login?.username ?? '');
  const [secret, setSecret] = useState('');
  const [busy, reason, start] = useTask();
  const id = useId();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const told = { token: null, username: null, password: null };
    start(async () => {
      await workbench.storeLogin(
        provider.source,
        byToken ? { ...told, token: secret } : { ...told, username, password: secret }
      );
      onEnd(true);
    });
  };
  return (
    <form className="bc-Form" onSubmit={submit} autoComplete="off">
      <fieldset className="bc-Field">
        <legend className="bc-Field-label">{trans.__('Login with %1', provider.title)}</legend>
        {[false, true].map(token => (
          <label className="bc-Field-check" key={String(token)}>
            <input
              type="radio"
              name={`${id}-kind`}
              checked={byToken === token}
              onChange={() => setByToken(token)}
            />
            {token ? trans.__('Token') : trans.__('Name and password')}
          </label>
        ))}
      </fieldset>
      {!byToken && (
        <div className="bc-Field">
          <label className="bc-Field-label" htmlFor={`${id}-name`}>
            {trans.__('Name')}
          </label>
          <input
            id={`${id}-name`}
            type="text"
            required
            value={username}
            onChange={event => setUsername(event.target.value)}
          />
        </div>
      )}
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={`${id}-secret`}>
          {byToken ? trans.__('Token') : trans.__('Password')}
        </label>
        <input
          id={`${id}-secret`}
          type="password"
          autoComplete="new-password"
          required
          value={secret}
          onChange={event => setSecret(event.target.value)}
        />
      </div>
      <div className="bc-Card-actions">
        <button className="bc-Button bc-mod-main" type="submit" disabled={busy}>
          {trans.__('Store')}
        </button>
        <button className="bc-Button" type="button" onClick={() => onEnd(false)}>
          {trans.__('Cancel')}
        </button>
      </div>
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </form>
  );
}

/** Whether a login has ended, ends within a week, or later, as far as that is known. */
export function ends(login: StoredLogin, now: number): 'ended' | 'soon' | 'later' {
  if (login.expired || login.kind === 'unreadable') {
    return 'ended';
  }
  const left = login.expires === null ? Infinity : Date.parse(login.expires) - now;
  return left <= 0 ? 'ended' : left < SOON_MS ? 'soon' : 'later';
}

function needInWords({ need, entries }: Provider, trans: TranslationBundle): string {
  const titles = entries.join(', ');
  switch (need) {
    case 'required':
      return trans.__('Needed for: %1', titles);
    case 'optional':
      return trans.__('Gives more of: %1', titles);
    case 'none':
      return trans.__('No data of this laboratory needs it.');
  }
}

function loginInWords(login: StoredLogin, trans: TranslationBundle): string {
  if (login.kind === 'unreadable') {
    return trans.__('What is stored can no longer be opened: store it anew.');
  }
  const stored = new Date(login.stored).toLocaleDateString();
  const what =
    login.kind === 'token'
      ? trans.__('A token, stored %1.', stored)
      : trans.__('%1 with a password, stored %2.', login.username ?? '', stored);
  if (login.expires === null) {
    return what;
  }
  const until = new Date(login.expires).toLocaleString();
  switch (ends(login, Date.now())) {
    case 'ended':
      return `${what} ${trans.__('It ended %1: store a new one.', until)}`;
    case 'soon':
      return `${what} ${trans.__('It ends soon, %1.', until)}`;
    case 'later':
      return `${what} ${trans.__('It ends %1.', until)}`;
  }
}
