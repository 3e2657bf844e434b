import { nullTranslator } from '@jupyterlab/translation';
import { PanelError } from '@bluecloud/core';
import type {
  AddedFile,
  Analysis,
  Askable,
  Entry,
  Earlier,
  Figures,
  FindRequest,
  Found,
  IFeedbackDesk,
  IProductsDesk,
  IRunning,
  IPlotScripts,
  IReleaseDesk,
  IRunsDesk,
  ISeen,
  IWorkbench,
  Lineage,
  LoginRequest,
  Numbers,
  Output,
  OwnFile,
  ParameterValues,
  Product,
  ProductForm,
  Proposal,
  Provider,
  ReleaseNews,
  Run,
  RunDetail,
  ServerState,
  Sources,
  Suggestions,
  Survey,
  Sweep,
  SweepValues,
  Thread,
  Threads
} from '@bluecloud/core';

/** Texts as they are. */
export const trans = nullTranslator.load('bluecloud');

export const ENTRY: Entry = {
  name: 'ostia',
  title: 'Monthly temperature',
  description: 'Of the sea surface.',
  source: 'Met Office',
  variables: [{ name: 'sst', standard_name: 'sea_surface_temperature', units: 'K' }],
  extent: { bbox: [0, -5, 360, 5], time: ['2006-04-01', null] },
  licence: { name: 'OGL', text: 'Free.', url: 'https://example.org' },
  citation: 'Met Office, 2018',
  protocol: 'NetCDF file',
  evidence: 'The file ostia_monthly.nc of a package.',
  live_verified: 'never',
  login: 'none',
  tiers: ['sample'],
  synthetic: true,
  example: {},
  snippet: 'read()'
};

export const ANALYSIS: Analysis = {
  name: 'anomaly',
  title: 'Anomaly',
  summary: 'How warm?',
  form: {
    type: 'object',
    properties: {
      percentile: {
        type: 'number',
        default: 90,
        title: 'Percentile',
        exclusiveMinimum: 50,
        maximum: 100
      }
    },
    additionalProperties: false
  },
  problems: [],
  copy_path: 'lab/anomaly.ipynb',
  curated_is_newer: true,
  picture: 'v1',
  picture_words: 'A map'
};

export const RUN: Run = {
  id: 'r-0000',
  submission: 'r',
  notebook: 'heatwaves.ipynb',
  title: 'Heatwaves',
  state: 'running',
  words: '',
  next_step: '',
  position: null,
  cells: 8,
  cells_done: 3,
  submitted: '2026-11-25T10:00:00+00:00',
  started: '2026-11-25T10:00:10+00:00',
  ended: null,
  expected_s: null,
  varied: {},
  changed: {},
  executed: true
};

export const ENDED: Run = {
  ...RUN,
  state: 'succeeded',
  cells_done: 8,
  ended: '2026-11-25T10:00:34+00:00'
};

/** A run with its parameters and what it left. */
export function detail(run: Run, outputs: readonly Output[]): RunDetail {
  return {
    run,
    version: '1.2.3',
    notebook_sha256: 'n',
    parameters: { ...run.varied, entry: 'ostia' },
    outputs,
    outputs_words: '',
    wall_s: 24,
    peak_bytes: null
  };
}

/** A workbench that notes what it is asked, and of which a test says what it answers. */
export class Desk implements IWorkbench {
  readonly laboratory = {
    slug: 'lab',
    title: 'Lab',
    summary: 'S',
    version: '1',
    keeps_runs: true,
    most_runs: 6,
    askable: [] as Askable[],
    problems: ['ro']
  };
  readonly translator = nullTranslator;
  readonly trans = trans;
  readonly done: unknown[] = [];

  analyses = (): ReturnType<IWorkbench['analyses']> => Promise.resolve({ analyses: [ANALYSIS], problems: [] });
  catalogue = (): ReturnType<IWorkbench['catalogue']> =>
    Promise.reject(new PanelError('CatalogueUnavailable', 'no catalogue today'));

  openAnalysis(name: string, beside = false): Promise<void> {
    this.done.push(['open', name, beside]);
    return Promise.resolve();
  }

  runAnalysis(name: string, values: ParameterValues): Promise<void> {
    this.done.push(['run', name, values]);
    const refused = { field: 'percentile', error: '90 is not odd', allowed: 'odd' };
    return Promise.reject(new PanelError('RefusedParameters', 'no', [refused]));
  }

  kept: Run[] = [];

  runs = (limit: number): ReturnType<IWorkbench['runs']> =>
    Promise.resolve({
      runs: this.kept.slice(0, limit),
      sweeps: this.sweeps,
      more: this.kept.length > limit
    });

  sweeps: Sweep[] = [];
  earlier: Earlier = { runs: 0, going: 0, seconds: null, memory_bytes: null, output_bytes: null };
  details: RunDetail[] = [];
  pictures: Figures = { figures: [], drawn: [], interactive: 0, words: '' };
  numbers: Readonly<Record<string, Numbers>> = {};
  scripts: IPlotScripts | null = null;
  seen: ISeen | null = null;
  readonly remembered: ISeen[] = []; // by the window itself, which nobody asked for it

  threads: Thread[] = [];

  private _threads = (...done: readonly unknown[]): Promise<Threads> => {
    this.done.push([...done]);
    return Promise.resolve({ threads: this.threads });
  };

  inFront = '';

  readonly feedbackDesk: IFeedbackDesk = {
    notebook: () => this.inFront,
    threads: () => this._threads('threads'),
    send: request => {
      if (request.text === 'refused') {
        return Promise.reject(new PanelError('ServiceRefused', 'close one first'));
      }
      return this._threads('send', request);
    },
    write: (thread, text) => this._threads('write', thread, text),
    close: thread => this._threads('close', thread),
    remove: thread => this._threads('remove', thread),
    survey: () => Promise.resolve(this.survey),
    answerSurvey: answer => {
      this.done.push(['answer', answer]);
      this.survey = { ...this.survey, answer };
      return Promise.resolve(this.survey);
    },
    withdrawSurvey: () => {
      this.done.push(['withdraw']);
      this.survey = { ...this.survey, answer: null };
      return Promise.resolve(this.survey);
    }
  };

  survey: Survey = {
    on: false,
    sentences: [
      { name: 'meets_needs', sentence: 'It meets my needs.' },
      { name: 'easy_to_use', sentence: 'It is easy.' }
    ],
    question: 'Could you?',
    fewest: 5,
    answer: null
  };

  release: ReleaseNews = { compared: 'same', digest: 'sha256:a', version: '1', message: '', notice: '' };
  unsaved: string[] = [];
  readonly told = new Set<string>();

  readonly releaseDesk: IReleaseDesk = {
    news: () => Promise.resolve(this.release),
    isFirst: digest => {
      const isFirst = !this.told.has(digest);
      this.told.add(digest);
      return Promise.resolve(isFirst);
    },
    unsaved: () => this.unsaved,
    home: () => '/hub/home',
    showServer: () => {
      this.done.push(['show server']);
      return Promise.resolve();
    }
  };

  products: Product[] = [];
  lineage: Lineage | null = null;
  proposals: Proposal[] = [];
  form: ProductForm | null = null;

  readonly productsDesk: IProductsDesk = {
    products: () => Promise.resolve({ products: this.products }),
    lineage: ({ version }) => this._told(this.lineage, 'lineage', version),
    proposals: () => Promise.resolve({ proposals: this.proposals }),
    form: run => this._told(this.form, 'form', run),
    amended: proposal => this._told(this.form, 'amend', proposal),
    propose: request => {
      this.done.push(['propose', request]);
      return request.title === 'refused'
        ? Promise.reject(new PanelError('ServiceRefused', 'sst.nc: time has no units'))
        : Promise.resolve({ proposals: this.proposals });
    },
    showMine: () => {
      this.done.push(['show mine']);
      return Promise.resolve();
    },
    takeMine: () => false
  };

  private _told<T>(told: T | null, ...done: readonly unknown[]): Promise<T> {
    this.done.push([...done]);
    return told ? Promise.resolve(told) : Promise.reject(new PanelError('ServiceRefused', 'the run left no file'));
  }

  readonly runsDesk: IRunsDesk = {
    pictureAddress: ({ name, picture }) => picture && `/picture/${name}?v=${picture}`,
    earlier: () => Promise.resolve(this.earlier),
    detail: run => {
      const found = this.details.find(each => each.run.id === run);
      return found ? Promise.resolve(found) : Promise.reject(new PanelError('Gone', `no ${run}`));
    },
    figures: () => Promise.resolve(this.pictures),
    numbers: run => Promise.resolve(this.numbers[run] ?? { printed: [], tables: [], words: '' }),
    scripts: () => Promise.resolve(this.scripts),
    seen: () => Promise.resolve(this.seen),
    saw: seen => {
      this.remembered.push(seen);
      return Promise.resolve();
    },
    bringCapsule: run => Promise.resolve(`runs/${run}-capsule`),
    capsuleAddress: run => `/capsule/${run}`,
    cancelSweep: submission => {
      this.done.push(['cancel all', submission]);
      return Promise.resolve();
    },
    repeatFailed: submission => {
      this.done.push(['again failed', submission]);
      return Promise.resolve();
    },
    finish: () => {
      this.done.push(['finish']);
      return Promise.reject(new PanelError('NoNotebook', 'no notebook in front'));
    }
  };

  submitAnalysis(
    name: string,
    values: ParameterValues,
    sweep?: SweepValues
  ): Promise<readonly Run[]> {
    this.done.push(sweep ? ['submit', name, values, sweep] : ['submit', name, values]);
    this.earlier = { ...this.earlier, going: this.earlier.going + 1 };
    return Promise.resolve([{ ...RUN, title: 'Anomaly' }]);
  }

  showRuns(): Promise<void> {
    this.done.push(['show runs']);
    return Promise.resolve();
  }

  cancelRun(run: string): Promise<void> {
    this.done.push(['cancel', run]);
    return Promise.resolve();
  }

  repeatRun(run: string): Promise<void> {
    this.done.push(['again', run]);
    return Promise.reject(new PanelError('ServiceAway', 'the service does not answer'));
  }

  openRun(run: string): Promise<void> {
    this.done.push(['fetch', run]);
    return Promise.resolve();
  }

  find = (asked: FindRequest): Promise<Found> => {
    this.done.push(['find', asked]);
    return Promise.reject(new PanelError('ServiceAway', 'no index today'));
  };

  suggest = (text: string): Promise<Suggestions> => {
    this.done.push(['suggest', text]);
    return Promise.resolve({ suggestions: [] });
  };

  addOwn = (file: OwnFile): Promise<AddedFile> => {
    this.done.push(['own', file]);
    return Promise.reject(new PanelError('BadRequest', 'no unit in column depth'));
  };

  chooseFile = (): Promise<string | null> => Promise.resolve('data/chosen.csv');

  state: ServerState = {
    memory: { used: 2 ** 30, limit: 2 ** 31, is_shared: false },
    processor: { used: 0.5, limit: 2, is_shared: false },
    home: { used: 2 ** 32, limit: 2 ** 33, is_shared: true },
    stops_at: null,
    idle_s: 0,
    is_rescued: false
  };

  server = (): Promise<ServerState> => Promise.resolve(this.state);

  keepServer = (): Promise<ServerState> => {
    this.done.push(['keep']);
    return Promise.resolve(this.state);
  };

  atWork: IRunning[] = [];

  running = (): readonly IRunning[] => this.atWork;

  sources = (): Promise<Sources> => Promise.resolve({ sources: [] });

  dragCell = (_press: MouseEvent, title: string, code: string): Promise<void> => {
    this.done.push(['drag', title, code]);
    return Promise.resolve();
  };

  compute(question: string, asked: object): Promise<unknown> {
    this.done.push(['compute', question, asked]);
    return Promise.reject(new PanelError('NoKernel', 'no kernel today'));
  }

  land = (): Promise<object> => Promise.reject(new PanelError('Unreachable', 'no land'));

  insert(code: string): Promise<void> {
    this.done.push(['insert', code]);
    return Promise.resolve();
  }

  providers: Provider[] = [];

  access = (): ReturnType<IWorkbench['access']> => Promise.resolve({ providers: this.providers, problems: [] });

  storeLogin(source: string, login: LoginRequest): ReturnType<IWorkbench['storeLogin']> {
    this.done.push(['store', source, login]);
    return login.token === 'wrong'
      ? Promise.reject(new PanelError('ServiceRefused', 'it has line ends'))
      : this.access();
  }

  forgetLogin(source: string): ReturnType<IWorkbench['forgetLogin']> {
    this.done.push(['forget', source]);
    return this.access();
  }
}
