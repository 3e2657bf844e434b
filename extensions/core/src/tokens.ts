import { Token } from '@lumino/coreutils';
import type { ReadonlyJSONObject, ReadonlyJSONValue } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import type { IFeedbackDesk } from './feedbackDesk';
import type { IReleaseDesk } from './releaseDesk';
import type { IProductsDesk } from './productsDesk';
import type { IRunsDesk } from './runsDesk';
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

/** Values for a notebook's parameters, by name. */
export type ParameterValues = ReadonlyJSONObject;

/** Values of which each is taken, by the parameters' names. */
export type SweepValues = Readonly<Record<string, readonly ReadonlyJSONValue[]>>;

/** Something that runs in the person's server. */
export interface IRunning {
  readonly id: string;
  readonly name: string;
  /** What a kernel is at, in words; nothing of a terminal. */
  readonly state: string;
  readonly end: () => Promise<void>;
}

/** What a view may ask of the window it is shown in. */
export interface IWorkbench {
  /** What this laboratory is. */
  readonly laboratory: Laboratory;
  readonly translator: ITranslator;
  readonly trans: TranslationBundle;

  /** The laboratory's analyses, as they are now. */
  analyses(): Promise<Analyses>;

  /** The laboratory's catalogue, as it is now. */
  catalogue(): Promise<Catalogue>;

  /** Open the person's copy of an analysis, or a new one beside it. */
  openAnalysis(name: string, beside?: boolean): Promise<void>;

  /**
   * Open a new notebook with the parameters in it and start all its cells.
   *
   * Rejects with a `PanelError` that names the fields if the parameters are refused.
   */
  runAnalysis(name: string, values: ParameterValues): Promise<void>;

  /** The person's runs in this laboratory, the last submitted first. */
  runs(limit: number): Promise<Runs>;

  /**
   * Submit an analysis with parameters: it runs without this window, and with a sweep once for
   * each combination of its values.
   *
   * Gives the runs it became. Rejects as `runAnalysis` does.
   */
  submitAnalysis(
    name: string,
    values: ParameterValues,
    sweep?: SweepValues
  ): Promise<readonly Run[]>;

  /** Bring the person's runs to the front. */
  showRuns(): Promise<void>;

  /** What else there is to ask and to do about runs. */
  readonly runsDesk: IRunsDesk;

  /** Ask for the end of a run. */
  cancelRun(run: string): Promise<void>;

  /** Submit a run once more, as it was. */
  repeatRun(run: string): Promise<void>;

  /** Bring what a run left into the person's home, and open its notebook. */
  openRun(run: string): Promise<void>;

  /** What there is to ask and to do about feedback. */
  readonly feedbackDesk: IFeedbackDesk;

  /** What there is to ask about the laboratory's release. */
  readonly releaseDesk: IReleaseDesk;
  /** What there is to ask and to do about products. */
  readonly productsDesk: IProductsDesk;

  /** Providers that know logins, and which of the person's are stored. */
  access(): Promise<Access>;

  /** Store a login; it is never answered again. */
  storeLogin(source: string, login: LoginRequest): Promise<Access>;

  /** Forget a login. */
  forgetLogin(source: string): Promise<Access>;

  /** One page of what is found, here or in the deployment's index. */
  find(asked: FindRequest): Promise<Found>;

  /** Variables and taxa that a text may mean. */
  suggest(text: string): Promise<Suggestions>;

  /** How the sources are, as far as it is known by now. */
  sources(): Promise<Sources>;

  /** Check a file of the person's own and add it to what can be found and read. */
  addOwn(file: OwnFile): Promise<AddedFile>;

  /** Let the person choose a file of the home; null if none was. */
  chooseFile(): Promise<string | null>;

  /** What the person's server uses, and when it would be stopped. */
  server(): Promise<ServerState>;

  /** Count this moment as activity, so that the server is not stopped for being idle. */
  keepServer(): Promise<ServerState>;

  /** The kernels and terminals of the person's server, as far as this window knows. */
  running(): readonly IRunning[];

  /** Let a press of the pointer become a drag of a cell, to be dropped in a notebook. */
  dragCell(press: MouseEvent, title: string, code: string): Promise<void>;

  /**
   * What a question of the laboratory's view answers: see `questionsOf`.
   *
   * Rejects with a `PanelError` of the refusal's kind, or `Superseded` if it was asked anew.
   */
  compute(question: string, asked: object): Promise<unknown>;

  /** The land of the earth, as TopoJSON. */
  land(): Promise<object>;

  /** Write a cell into the notebook in front, or into a new one if none is. */
  insert(code: string): Promise<void>;
}

/** What one laboratory adds to the parts every laboratory has. */
export interface ILaboratory {
  /** The slug it is declared under in hub/labs. */
  readonly slug: string;

  /** The name of its view's tab, in the person's language. */
  label(trans: TranslationBundle): string;

  /** Make the laboratory's own view; the panel that asked for it disposes of it. */
  createView(workbench: IWorkbench): Promise<Widget>;
}

/** The side panel: analyses and data, with a laboratory's own view on top. */
export interface ILaboratoryPanel {
  /** Offer a view; it is shown in the laboratory of its slug and nowhere else. */
  add(laboratory: ILaboratory): void;
}

export const ILaboratoryPanel = new Token<ILaboratoryPanel>(
  '@bluecloud/core:ILaboratoryPanel',
  'The side panel that laboratories add themselves to.'
);
