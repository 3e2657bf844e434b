/**
 * The requests of the panel to its server half.
 *
 * Nothing else knows the addresses, and every failure, whether of the network, of the server
 * or of the request, is the one `PanelError`.
 */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';

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
  FeedbackRequest,
  FindRequest,
  Found,
  Laboratory,
  Lineage,
  LoginRequest,
  Notebook,
  NotebookRequest,
  Numbers,
  OpenRequest,
  OwnFile,
  Product,
  ProductForm,
  Products,
  Proposals,
  ProposeRequest,
  ReleaseNews,
  RunDetail,
  RunRequest,
  Runs,
  ServerState,
  Sources,
  SubmitRequest,
  SuggestRequest,
  Suggestions,
  Survey,
  SurveyAnswer,
  Threads,
  WordsRequest
} from './wire';

/** Something the server half did not do; its message is for the person. */
export class PanelError extends Error {
  /**
   * @param kind - The server half's name for the error; `Unreachable` if it gave no answer,
   *   `LoggedOut` if the person is not logged in any more, `Unexpected` if the answer was not
   *   one of its own.
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

/** The kind of the error of who is not logged in any more. */
export const LOGGED_OUT = 'LoggedOut';

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

  /** As above: asked for by itself. */
  release(): Promise<ReleaseNews> {
    return this._request('release?no_track_activity=1');
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

  feedback(): Promise<Threads> {
    return this._request('feedback');
  }

  sendFeedback(request: FeedbackRequest): Promise<Threads> {
    return this._request('feedback', request);
  }

  writeFeedback(thread: string, text: string): Promise<Threads> {
    const request: WordsRequest = { text };
    return this._request(`feedback/${encodeURIComponent(thread)}/words`, request);
  }

  closeFeedback(thread: string): Promise<Threads> {
    return this._request(`feedback/${encodeURIComponent(thread)}/close`, {});
  }

  removeFeedback(thread: string): Promise<Threads> {
    return this._request(`feedback/${encodeURIComponent(thread)}/remove`, {});
  }

  products(): Promise<Products> {
    return this._request('products');
  }

  lineage({ laboratory, slug, version }: Product): Promise<Lineage> {
    return this._request(`products/${laboratory}/${slug}/${version}/lineage`);
  }

  proposals(): Promise<Proposals> {
    return this._request('proposals');
  }

  productForm(run: string): Promise<ProductForm> {
    return this._request(`runs/${encodeURIComponent(run)}/product`);
  }

  amendedForm(proposal: string): Promise<ProductForm> {
    return this._request(`proposals/${encodeURIComponent(proposal)}/form`);
  }

  propose(request: ProposeRequest): Promise<Proposals> {
    return this._request('proposals', request);
  }

  survey(): Promise<Survey> {
    return this._request('survey');
  }

  answerSurvey(answer: SurveyAnswer): Promise<Survey> {
    return this._request('survey', answer);
  }

  withdrawSurvey(): Promise<Survey> {
    return this._request('survey/withdraw', {});
  }

  runs(limit: number): Promise<Runs> {
    return this._request(`runs?limit=${limit}&no_track_activity=1`); // as below: the list is asked for by itself
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

  /** What a run printed, and its small tables. */
  numbers(run: string): Promise<Numbers> {
    return this._request(`runs/${encodeURIComponent(run)}/numbers`);
  }

  /** A script that the laboratory serves for plots; the browser keeps it. */
  async plotScript(path: string): Promise<string> {
    const url = URLExt.join(this._settings.baseUrl, 'bluecloud/plots', path);
    const response = await ServerConnection.makeRequest(url, { cache: 'default' }, this._settings).catch(
      (error: unknown) => {
        throw unreachable(error);
      }
    );
    if (!response.ok) {
      throw new PanelError('Unexpected', `${response.status} ${response.statusText} from ${url}`);
    }
    return response.text();
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
    // By this name its lines are found in the logs of all whom it leads to, down to a run's.
    const headers = { 'X-Request-ID': UUID.uuid4() };
    const init = body ? { method: 'POST', body: JSON.stringify(body), headers } : { headers };
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this._settings);
    } catch (error) {
      throw unreachable(error);
    }
    const answer: unknown = await response.json().catch(() => null); // a proxy answers in HTML
    if (response.ok && answer !== null) {
      return answer as T; // the one place where the generated types meet the wire
    }
    if (isLogin(response.status, answer)) {
      throw new PanelError(LOGGED_OUT, 'You have been logged out, perhaps in another window. Log in again.');
    }
    throw isFailure(answer)
      ? new PanelError(answer.kind, answer.error, answer.fields)
      : new PanelError('Unexpected', `${response.status} ${response.statusText} from ${url}`);
  }
}

/** Whether it is refused who asks, which no answer of the panel's own does. */
function isLogin(status: number, answer: unknown): boolean {
  return (status === 401 || status === 403) && (!isFailure(answer) || answer.kind === 'ServerError');
}

function unreachable(error: unknown): PanelError {
  return new PanelError('Unreachable', `The laboratory's server gave no answer: ${explained(error)}`);
}

function isFailure(answer: unknown): answer is Failure {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && 'error' in answer;
}
