/**
 * The kernel that computes what a laboratory's view shows.
 *
 * It is the view's own, apart from the person's notebooks, and starts with the first question. It
 * answers one question after the other; of the same question only the last asked is answered, so
 * that a control that is dragged is never behind.
 */
import type { Kernel, KernelMessage, Session } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import type { TranslationBundle } from '@jupyterlab/translation';

import { PanelError } from './api';

/** What `bluecloud_views` displays an answer as. */
const MIME = 'application/vnd.bluecloud.view+json';

interface IAsked {
  readonly question: string;
  readonly text: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: PanelError) => void;
}

/** The questions of one laboratory's view, asked in a kernel. */
export class Computation implements IDisposable {
  constructor(
    private readonly _sessions: Session.IManager,
    private readonly _slug: string,
    private readonly _trans: TranslationBundle
  ) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /**
   * What a question answers.
   *
   * Rejects with a `PanelError`: `Superseded` if the same question was asked anew before it was
   * begun; the kind of the refusal, such as `ParameterError`; or `Unexpected`.
   */
  ask(question: string, asked: object): Promise<unknown> {
    return new Promise((resolve, reject: (reason: PanelError) => void) => {
      this._waiting = this._waiting.filter(older => {
        if (older.question !== question) {
          return true;
        }
        older.reject(new PanelError('Superseded', this._trans.__('Asked anew.')));
        return false;
      });
      this._waiting.push({ question, text: JSON.stringify(asked), resolve, reject });
      void this._work();
    });
  }

  /** End the kernel. */
  dispose(): void {
    this._isDisposed = true;
    for (const { reject } of this._waiting.splice(0)) {
      reject(new PanelError('Closed', this._trans.__('The view was closed.')));
    }
    const session = this._session;
    this._session = null;
    // Refused where it has ended already, which is as good.
    void session
      ?.then(open => open.shutdown())
      .catch(() => undefined);
  }

  private async _work(): Promise<void> {
    if (this._busy) {
      return;
    }
    this._busy = true;
    for (let asked = this._waiting.shift(); asked; asked = this._waiting.shift()) {
      try {
        asked.resolve(await this._answer(asked));
      } catch (error) {
        asked.reject(
          error instanceof PanelError ? error : new PanelError('Unexpected', String(error))
        );
      }
    }
    this._busy = false;
  }

  private async _answer({ question, text }: IAsked): Promise<unknown> {
    const words = [this._slug, question, text].map(word => JSON.stringify(word)).join(', ');
    const kernel = await this._kernel();
    const future = kernel.requestExecute({
      code: `from bluecloud_views import answer\nanswer(${words})`,
      silent: false,
      store_history: false,
      allow_stdin: false,
      stop_on_error: false
    });
    const told: { shown?: unknown; failure?: PanelError } = {};
    future.onIOPub = message => {
      const { msg_type: type } = message.header;
      if (type === 'display_data') {
        const { data } = (message as KernelMessage.IDisplayDataMsg).content;
        told.shown = data[MIME] ?? told.shown;
      } else if (type === 'error') {
        const { ename, evalue } = (message as KernelMessage.IErrorMsg).content;
        told.failure = new PanelError('Unexpected', `${ename}: ${evalue}`);
      }
    };
    const gone = new Promise<never>((_resolve, reject) => {
      const lost = (_: unknown, status: Kernel.Status): void => {
        if (['dead', 'autorestarting', 'restarting', 'terminating'].includes(status)) {
          kernel.statusChanged.disconnect(lost);
          reject(this._lost());
        }
      };
      kernel.statusChanged.connect(lost);
      void future.done.finally(() => kernel.statusChanged.disconnect(lost)).catch(() => undefined);
    });
    try {
      await Promise.race([future.done, gone]);
    } catch (error) {
      this._session = null; // the next question starts another
      throw error instanceof PanelError ? error : this._lost();
    }
    const { shown, failure } = told;
    if (failure) {
      throw failure;
    }
    if (isRefusal(shown)) {
      throw new PanelError(shown.kind, shown.message);
    }
    if (shown === undefined) {
      throw new PanelError('Unexpected', this._trans.__('The view’s kernel gave no answer.'));
    }
    return shown;
  }

  private _lost(): PanelError {
    return new PanelError(
      'KernelLost',
      this._trans.__(
        'The view’s kernel ended before it answered. If this happens again, ask for less: it may be short of memory.'
      )
    );
  }

  private async _kernel(): Promise<Kernel.IKernelConnection> {
    this._session ??= this._connect();
    let session: Session.ISessionConnection;
    try {
      session = await this._session;
    } catch (error) {
      this._session = null;
      throw new PanelError(
        'NoKernel',
        this._trans.__('No kernel could be started for the view: %1', String(error))
      );
    }
    if (!session.kernel) {
      throw this._lost();
    }
    return session.kernel;
  }

  /** The session of this view, which one left in another window before is, too. */
  private async _connect(): Promise<Session.ISessionConnection> {
    await this._sessions.ready;
    const path = `bluecloud-view-${this._slug}`;
    const left = await this._sessions.findByPath(path);
    if (left) {
      return this._sessions.connectTo({ model: left });
    }
    return this._sessions.startNew({
      path,
      name: this._trans.__('View of the laboratory'),
      type: 'bluecloud-view',
      kernel: { name: 'python3' }
    });
  }

  private _session: Promise<Session.ISessionConnection> | null = null;
  private _waiting: IAsked[] = [];
  private _busy = false;
  private _isDisposed = false;
}

interface IRefusal {
  readonly kind: string;
  readonly message: string;
}

function isRefusal(answer: unknown): answer is IRefusal {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    Object.keys(answer).sort().join() === 'kind,message'
  );
}
