import type { INotebookTracker } from '@jupyterlab/notebook';
import { PathExt } from '@jupyterlab/coreutils';

import type { PanelApi } from './api';
import type { FeedbackRequest, Survey, SurveyAnswer, Threads } from './wire';

/** The person's threads with the managers of this laboratory. */
export interface IFeedbackDesk {
  /** The name of the notebook in front; empty where there is none. */
  notebook(): string;

  /** The threads, the last changed first; what was answered counts as seen. */
  threads(): Promise<Threads>;

  /** Begin a thread. */
  send(request: FeedbackRequest): Promise<Threads>;

  /** Write to a thread. */
  write(thread: string, text: string): Promise<Threads>;

  /** Close a thread. */
  close(thread: string): Promise<Threads>;

  /** Take a thread away. */
  remove(thread: string): Promise<Threads>;

  /** The laboratory's survey, and the person's own answer. */
  survey(): Promise<Survey>;

  /** Answer it, in the place of what was answered before. */
  answerSurvey(answer: SurveyAnswer): Promise<Survey>;

  /** Withdraw the answer. */
  withdrawSurvey(): Promise<Survey>;
}

export class FeedbackDesk implements IFeedbackDesk {
  constructor(
    private readonly _api: PanelApi,
    private readonly _tracker: INotebookTracker
  ) {}

  notebook(): string {
    const path = this._tracker.currentWidget?.context.path;
    return path ? PathExt.basename(path) : '';
  }

  threads(): Promise<Threads> {
    return this._api.feedback();
  }

  send(request: FeedbackRequest): Promise<Threads> {
    return this._api.sendFeedback(request);
  }

  write(thread: string, text: string): Promise<Threads> {
    return this._api.writeFeedback(thread, text);
  }

  close(thread: string): Promise<Threads> {
    return this._api.closeFeedback(thread);
  }

  remove(thread: string): Promise<Threads> {
    return this._api.removeFeedback(thread);
  }

  survey(): Promise<Survey> {
    return this._api.survey();
  }

  answerSurvey(answer: SurveyAnswer): Promise<Survey> {
    return this._api.answerSurvey(answer);
  }

  withdrawSurvey(): Promise<Survey> {
    return this._api.withdrawSurvey();
  }
}
