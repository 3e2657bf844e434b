import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IStateDB } from '@jupyterlab/statedb';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import type { PanelApi } from './api';
import { PanelError } from './api';
import { kernelInWords } from './kernelWords';
import type { Computation } from './computation';
import { CommandIDs } from './commands';
import { showOutcome } from './outcome';
import { FeedbackDesk } from './feedbackDesk';
import { ReleaseDesk } from './releaseDesk';
import { ProductsDesk } from './productsDesk';
import { RunsDesk } from './runsDesk';
import type { IRunning, IWorkbench, ParameterValues, SweepValues } from './tokens';
import type {
  Access,
  AddedFile,
  Analyses,
  Catalogue,
  FindRequest,
  Found,
  Laboratory,
  LoginRequest,
  OwnFile,
  Run,
  Runs,
  ServerState,
  Sources,
  Suggestions
} from './wire';

/** The laboratory's window, as its views use it. */
export class Workbench implements IWorkbench {
  readonly trans: TranslationBundle;
  readonly runsDesk: RunsDesk;
  readonly feedbackDesk: FeedbackDesk;
  readonly releaseDesk: ReleaseDesk;
  readonly productsDesk: ProductsDesk;

  constructor(
    readonly laboratory: Laboratory,
    readonly translator: ITranslator,
    private readonly _app: JupyterFrontEnd,
    private readonly _tracker: INotebookTracker,
    private readonly _api: PanelApi,
    private readonly _documents: IDocumentManager | null,
    state: IStateDB | null
  ) {
    this.trans = translator.load('bluecloud');
    this.feedbackDesk = new FeedbackDesk(_api, _tracker);
    this.releaseDesk = new ReleaseDesk(_app, _api, _documents, laboratory.slug, state);
    this.productsDesk = new ProductsDesk(_app, _api);
    this.runsDesk = new RunsDesk(_app, _tracker, _api, this.trans, laboratory.slug, state);
  }

  find(asked: FindRequest): Promise<Found> {
    return this._api.find(asked);
  }

  suggest(text: string): Promise<Suggestions> {
    return this._api.suggest(text);
  }

  sources(): Promise<Sources> {
    return this._api.sources();
  }

  addOwn(file: OwnFile): Promise<AddedFile> {
    return this._api.addOwn(file);
  }

  async chooseFile(): Promise<string | null> {
    if (!this._documents) {
      throw new PanelError('Unexpected', this.trans.__('This window has no file browser.'));
    }
    const { FileDialog } = await import('@jupyterlab/filebrowser');
    const title = this.trans.__('Choose a file');
    const answer = await FileDialog.getOpenFiles({ manager: this._documents, title });
    return answer.value?.[0]?.path ?? null;
  }

  server(): Promise<ServerState> {
    return this._api.server();
  }

  keepServer(): Promise<ServerState> {
    return this._api.keepServer();
  }

  running(): readonly IRunning[] {
    const { sessions, terminals } = this._app.serviceManager;
    return [
      ...[...sessions.running()].map(({ id, name, path, kernel }) => ({
        id,
        name: name || path,
        state: kernel ? kernelInWords(kernel, this.trans) : '',
        end: () => sessions.shutdown(id)
      })),
      ...[...terminals.running()].map(({ name }) => ({
        id: `terminal-${name}`,
        name: this.trans.__('Terminal %1', name),
        state: '',
        end: () => terminals.shutdown(name)
      }))
    ];
  }

  async dragCell(press: MouseEvent, title: string, code: string): Promise<void> {
    const { dragCell } = await import('./dragCell');
    dragCell(press, title, code);
  }

  compute(question: string, asked: object): Promise<unknown> {
    this._computation ??= import('./computation').then(
      ({ Computation }) =>
        new Computation(this._app.serviceManager.sessions, this.laboratory.slug, this.trans)
    );
    return this._computation.then(computation => computation.ask(question, asked));
  }

  land(): Promise<object> {
    this._land ??= this._api.land().catch((error: unknown) => {
      this._land = null;
      throw error;
    });
    return this._land;
  }

  /** End what was begun for the views. */
  dispose(): void {
    void this._computation?.then(computation => computation.dispose());
    this._computation = null;
  }

  analyses(): Promise<Analyses> {
    this._analyses ??= this._api.analyses().finally(() => {
      this._analyses = null;
    });
    return this._analyses;
  }

  catalogue(): Promise<Catalogue> {
    this._catalogue ??= this._api.catalogue().finally(() => {
      this._catalogue = null;
    });
    return this._catalogue;
  }

  async openAnalysis(name: string, beside = false): Promise<void> {
    const { path } = await this._api.openAnalysis(name, beside);
    await this._open(path);
  }

  async runAnalysis(name: string, values: ParameterValues): Promise<void> {
    const { path } = await this._api.runAnalysis(name, values);
    await this._open(path);
    const panel = this._tracker.find(notebook => notebook.context.path === path);
    if (!panel) {
      throw new PanelError('Unexpected', this.trans.__('%1 did not open as a notebook.', path));
    }
    await panel.context.ready;
    await panel.sessionContext.ready;
    this._app.shell.activateById(panel.id);
    // Not awaited: it ends with the last cell, and the notebook shows how far it is.
    const settled = (): void => {
      if (!panel.isDisposed) {
        void panel.context.save(); // what was computed outlives the window
        showOutcome(panel.content, this.trans);
      }
    };
    void this._app.commands.execute('notebook:run-all-cells').then(settled, settled);
  }

  access(): Promise<Access> {
    return this._api.access();
  }

  storeLogin(source: string, login: LoginRequest): Promise<Access> {
    return this._api.storeLogin(source, login);
  }

  forgetLogin(source: string): Promise<Access> {
    return this._api.forgetLogin(source);
  }

  runs(limit: number): Promise<Runs> {
    return this._api.runs(limit);
  }

  async submitAnalysis(
    name: string,
    values: ParameterValues,
    sweep: SweepValues = {}
  ): Promise<readonly Run[]> {
    return (await this._api.submitAnalysis(name, values, sweep)).runs;
  }

  async showRuns(): Promise<void> {
    await this._app.commands.execute(CommandIDs.showRuns);
  }

  async cancelRun(run: string): Promise<void> {
    await this._api.cancelRun(run);
  }

  async repeatRun(run: string): Promise<void> {
    await this._api.repeatRun(run);
  }

  async openRun(run: string): Promise<void> {
    const { path } = await this._api.fetchRun(run);
    await this._open(path);
    const panel = this._tracker.find(notebook => notebook.context.path === path);
    if (panel) {
      const { keepUntouched } = await import('./untouched');
      // Not awaited: a kernel takes its time, and without one nothing is written into it.
      keepUntouched(panel).catch(() => undefined);
    }
  }

  async insert(code: string): Promise<void> {
    const { insertCell } = await import('./insert');
    await insertCell(this._app, this._tracker, code, this.laboratory.slug);
  }

  private async _open(path: string): Promise<void> {
    await this._app.commands.execute('docmanager:open', { path, factory: 'Notebook' });
  }

  private _computation: Promise<Computation> | null = null;
  private _land: Promise<object> | null = null;
  // Under way: views that ask at the same time share one request.
  private _analyses: Promise<Analyses> | null = null;
  private _catalogue: Promise<Catalogue> | null = null;
}
