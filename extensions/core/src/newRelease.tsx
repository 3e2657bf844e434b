/** That another release of the laboratory is there than the one that runs. */
import { useEffect, useId, useState } from 'react';
import type { JSX } from 'react';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IWorkbench } from './tokens';
import type { ReleaseNews } from './wire';

/** So often it is looked whether the desk's answer is another one; the desk asks more rarely. */
const LOOK_MS = 30_000;
/** So long the notification stays, in milliseconds; the sign in the panel's head stays. */
const STAYS_MS = 20_000;

/** What is known of the release that is given now; null where nothing is. Asked while it is seen. */
export function useReleaseNews({ laboratory, releaseDesk }: IWorkbench): ReleaseNews | null {
  const [news, setNews] = useState<ReleaseNews | null>(null);
  useEffect(() => {
    if (!laboratory.keeps_runs) {
      return; // there is no service to say it
    }
    let wanted = true;
    const look = (): void => {
      if (document.visibilityState === 'visible') {
        // What cannot be said now is said later: it is in nobody's way.
        releaseDesk.news().then(
          told => wanted && setNews(told),
          () => undefined
        );
      }
    };
    const timer = setInterval(look, LOOK_MS);
    document.addEventListener('visibilitychange', look);
    look();
    return () => {
      wanted = false;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [laboratory, releaseDesk]);
  return news;
}

/** In the panel's head, whichever tab is in front: what the managers say, and that one is there. */
export function ReleaseSign({ workbench }: { readonly workbench: IWorkbench }): JSX.Element | null {
  const { releaseDesk, trans } = workbench;
  const news = useReleaseNews(workbench);
  useEffect(() => {
    if (news && news.compared !== 'same') {
      void releaseDesk.isFirst(news.digest).then(isFirst => isFirst && notify(news, workbench));
    }
  }, [news, releaseDesk, workbench]);
  return (
    news && (
      <>
        {news.compared !== 'same' && (
          <button className="bc-Link" type="button" onClick={() => void releaseDesk.showServer()}>
            {signInWords(news, trans)}
          </button>
        )}
        {news.notice && (
          <p className="bc-Notice" role="note">
            {news.notice}
          </p>
        )}
      </>
    )
  );
}

function notify(news: ReleaseNews, { releaseDesk, trans }: IWorkbench): void {
  Notification.info(
    trans.__('%1. Yours stays as it is until you stop and start it.', signInWords(news, trans)),
    {
      autoClose: STAYS_MS,
      actions: [{ label: trans.__('Show'), callback: () => void releaseDesk.showServer() }]
    }
  );
}

/** What is there, and what to do to have it; nothing where that is what runs. */
export function NewRelease({ workbench }: { readonly workbench: IWorkbench }): JSX.Element | null {
  const { releaseDesk, trans } = workbench;
  const news = useReleaseNews(workbench);
  const id = useId();
  if (!news || news.compared === 'same') {
    return null;
  }
  const [unsaved, home] = [releaseDesk.unsaved(), releaseDesk.home()];
  return (
    <section className="bc-Card" aria-labelledby={id}>
      <h3 className="bc-Card-title" id={id}>
        {signInWords(news, trans)}
      </h3>
      {news.message && news.compared !== 'earlier' && <p className="bc-Card-text">{news.message}</p>}
      <p className="bc-Card-text">
        {trans.__(
          'Yours stays as it is until you stop this laboratory and start it again. Files are kept; kernels end, with what they hold in memory.'
        )}
      </p>
      {unsaved.length > 0 && (
        <p className="bc-Problem" role="status">
          {trans.__('Save before you stop it: %1.', unsaved.join(', '))}
        </p>
      )}
      {home && (
        // In a tab of its own: what is not saved here stays.
        <a className="bc-Link" href={home} target="_blank" rel="noreferrer">
          {trans.__('Stop and start it on the page of laboratories')}
        </a>
      )}
    </section>
  );
}

function signInWords({ compared, version }: ReleaseNews, trans: TranslationBundle): string {
  switch (compared) {
    case 'newer':
      return trans.__('A newer release is there: %1', version);
    case 'earlier':
      return trans.__('This laboratory went back to an earlier release: %1', version);
    default:
      return trans.__('Another release is there: %1', version);
  }
}
