import { Suspense, lazy, useCallback, useEffect, useRef, useState } from 'react';
import type { JSX } from 'react';

import type { IWorkbench } from './tokens';
import type { Proposals, Run } from './wire';

const PublishForm = lazy(() => import('./publishForm'));

interface IPublishRunProps {
  readonly run: Run;
  readonly workbench: IWorkbench;
}

/** The form that proposes what a run left; once it is, that, and the way to it. */
export function PublishRun({ run, workbench }: IPublishRunProps): JSX.Element {
  const { productsDesk, trans } = workbench;
  const { id } = run;
  const ask = useCallback(() => productsDesk.form(id), [productsDesk, id]);
  const [title, setTitle] = useState('');
  const told = useRef<HTMLParagraphElement>(null);
  useEffect(() => told.current?.focus(), [title]); // the form that had it is gone
  const proposed = ({ proposals }: Proposals): void => setTitle(proposals[0]?.title ?? run.title);
  if (title) {
    return (
      <>
        <p className="bc-Card-text" role="status" tabIndex={-1} ref={told}>
          {trans.__('%1 is proposed: a manager of the laboratory decides.', title)}
        </p>
        <button className="bc-Link" type="button" onClick={() => void productsDesk.showMine()}>
          {trans.__('See it in Products')}
        </button>
      </>
    );
  }
  return (
    <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
      <PublishForm
        workbench={workbench}
        ask={ask}
        onProposed={proposed}
      />
    </Suspense>
  );
}
