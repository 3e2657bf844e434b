import { nullTranslator } from '@jupyterlab/translation';
import { PanelError } from '@bluecloud/core';
import type {
  AddedFile,
  Analysis,
  Entry,
  Earlier,
  Figures,
  FindRequest,
  Found,
  IRunning,
  IRunsDesk,
  IWorkbench,
  LoginRequest,
  OwnFile,
  ParameterValues,
  Provider,
  Run,
  RunDetail,
  ServerState,
  Sources,
  Suggestions,
  Sweep,
  SweepValues
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

/** A workbench that notes what it is asked, and of which a test says what it answers. */
export class Desk implements IWorkbench {
  readonly laboratory = {
    slug: 'lab',
    title: 'Lab',
    summary: 'S',
    version: '1',
    keeps_runs: true,
    most_runs: 6,
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

  runs = (): ReturnType<IWorkbench['runs']> => Promise.resolve({ runs: this.kept, sweeps: this.sweeps });

  sweeps: Sweep[] = [];
  earlier: Earlier = { runs: 0, seconds: null, memory_bytes: null, output_bytes: null };
  details: RunDetail[] = [];
  pictures: Figures = { figures: [], interactive: 0, words: '' };

  readonly runsDesk: IRunsDesk = {
    pictureAddress: ({ name, picture }) => picture && `/picture/${name}?v=${picture}`,
    earlier: () => Promise.resolve(this.earlier),
    detail: run => {
      const found = this.details.find(each => each.run.id === run);
      return found ? Promise.resolve(found) : Promise.reject(new PanelError('Gone', `no ${run}`));
    },
    figures: () => Promise.resolve(this.pictures),
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

  submitAnalysis(name: string, values: ParameterValues, sweep?: SweepValues): Promise<void> {
    this.done.push(sweep ? ['submit', name, values, sweep] : ['submit', name, values]);
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
    idle_s: 0
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
