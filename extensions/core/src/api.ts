/**
 * The requests of the panel to its server half.
 *
 * Nothing else knows the addresses, and every failure, whether of the network, of the server
 * or of the request, is the one `PanelError`.
 */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { ParameterValues, SweepValues } from './tokens';
import type {
  Access,
  AddedFile,
  Analyses,
  Analysis,
  Brought,
  Catalogue,
  Earlier,
  Failure,
  FieldFailure,
  Figures,
  FindRequest,
  Found,
  Laboratory,
  LoginRequest,
  Notebook,
  NotebookRequest,
  OpenRequest,
  OwnFile,
  RunDetail,
  RunRequest,
  Runs,
  ServerState,
  Sources,
  SubmitRequest,
  SuggestRequest,
  Suggestions
} from './wire';

/** Something the server half did not do; its message is for the person. */
export class PanelError extends Error {
  /**
   * @param kind - The server half's name for the error; `Unreachable` if it gave no answer,
   *   `Unexpected` if the answer was not one of its own.
   * @param fields - The values that were refused, each with what is allowed.
   */
  constructor(
    readonly kind: string,
    message: string,
    readonly fields: readonly FieldFailure[] = []
  ) {
    super(message);
    this.name = 'PanelError';
  }
}

/** What went wrong, as text for the person. */
export function explained(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The server half, as one asks it. */
export class PanelApi {
  constructor(private readonly _settings = ServerConnection.makeSettings()) {}

  laboratory(): Promise<Laboratory> {
    return this._request('laboratory');
  }

  analyses(): Promise<Analyses> {
    return this._request('analyses');
  }

  catalogue(): Promise<Catalogue> {
    return this._request('catalogue');
  }

  find(asked: FindRequest): Promise<Found> {
    return this._request('find', asked);
  }

  suggest(text: string): Promise<Suggestions> {
    const request: SuggestRequest = { text };
    return this._request('suggest', request);
  }

  sources(): Promise<Sources> {
    return this._request('sources');
  }

  addOwn(file: OwnFile): Promise<AddedFile> {
    return this._request('own', file);
  }

  /** Asked again and again: the server does not take it for activity of the person's. */
  server(): Promise<ServerState> {
    return this._request('server?no_track_activity=1');
  }

  keepServer(): Promise<ServerState> {
    return this._request('server/keep', {});
  }

  /** The land of the earth, as TopoJSON; the browser keeps it. */
  land(): Promise<object> {
    return this._request('land');
  }

  openAnalysis(name: string, beside: boolean): Promise<Notebook> {
    const request: OpenRequest = { beside };
    return this._request(`analyses/${encodeURIComponent(name)}/open`, request);
  }

  runAnalysis(name: string, parameters: ParameterValues): Promise<Notebook> {
    const request: RunRequest = { parameters };
    return this._request(`analyses/${encodeURIComponent(name)}/run`, request);
  }

  access(): Promise<Access> {
    return this._request('access');
  }

  storeLogin(source: string, login: LoginRequest): Promise<Access> {
    return this._request(`access/${encodeURIComponent(source)}`, login);
  }

  forgetLogin(source: string): Promise<Access> {
    return this._request(`access/${encodeURIComponent(source)}/forget`, {});
  }

  runs(): Promise<Runs> {
    return this._request('runs?no_track_activity=1'); // as below: the list is asked for by itself
  }

  submitAnalysis(name: string, parameters: ParameterValues, sweep: SweepValues): Promise<Runs> {
    const request: SubmitRequest = { parameters, sweep };
    return this._request(`analyses/${encodeURIComponent(name)}/submit`, request);
  }

  /** What earlier runs of an analysis took. */
  earlier(name: string): Promise<Earlier> {
    return this._request(`analyses/${encodeURIComponent(name)}/earlier`);
  }

  /** Where the picture of an analysis is; null if it has none. */
  pictureAddress({ name, picture }: Analysis): string | null {
    return picture && this._address(`analyses/${encodeURIComponent(name)}/picture?v=${picture}`);
  }

  /** Submit a notebook of the home, as it is saved. */
  finish(path: string): Promise<Runs> {
    const request: NotebookRequest = { path };
    return this._request('runs/finish', request);
  }

  run(run: string): Promise<RunDetail> {
    return this._request(`runs/${encodeURIComponent(run)}`);
  }

  figures(run: string): Promise<Figures> {
    return this._request(`runs/${encodeURIComponent(run)}/figures`);
  }

  cancelRun(run: string): Promise<Runs> {
    return this._request(`runs/${encodeURIComponent(run)}/cancel`, {});
  }

  repeatRun(run: string): Promise<Runs> {
    return this._request(`runs/${encodeURIComponent(run)}/again`, {});
  }

  fetchRun(run: string): Promise<Notebook> {
    return this._request(`runs/${encodeURIComponent(run)}/fetch`, {});
  }

  bringCapsule(run: string): Promise<Brought> {
    return this._request(`runs/${encodeURIComponent(run)}/capsule`, {});
  }

  /** Where the capsule of a run is to be had as an archive. */
  capsuleAddress(run: string): string {
    return this._address(`runs/${encodeURIComponent(run)}/capsule`);
  }

  cancelSweep(submission: string): Promise<Runs> {
    return this._request(`submissions/${encodeURIComponent(submission)}/cancel`, {});
  }

  repeatFailed(submission: string): Promise<Runs> {
    return this._request(`submissions/${encodeURIComponent(submission)}/again`, {});
  }

  private _address(route: string): string {
    return URLExt.join(this._settings.baseUrl, 'bluecloud/api', route);
  }

  private async _request<T>(route: string, body?: object): Promise<T> {
    const url = this._address(route);
    const init = body ? { method: 'POST', body: JSON.stringify(body) } : {};
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this._settings);
    } catch (error) {
      throw new PanelError('Unreachable', `The laboratory's server gave no answer: ${explained(error)}`);
    }
    const answer: unknown = await response.json().catch(() => null); // a proxy answers in HTML
    if (response.ok && answer !== null) {
      return answer as T; // the one place where the generated types meet the wire
    }
    throw isFailure(answer)
      ? new PanelError(answer.kind, answer.error, answer.fields)
      : new PanelError('Unexpected', `${response.status} ${response.statusText} from ${url}`);
  }
}

function isFailure(answer: unknown): answer is Failure {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && 'error' in answer;
}
