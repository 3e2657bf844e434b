import { Clipboard } from '@jupyterlab/apputils';
import { Suspense, lazy, useState } from 'react';
import type { JSX, MouseEvent as ReactMouseEvent } from 'react';

import { useTask } from './answer';
import type { IWorkbench } from './tokens';
import type { PreviewRequest } from './viewWire';

const Look = lazy(() => import('./preview'));

interface IUseDataProps {
  readonly workbench: IWorkbench;
  /** The id of what names the data. */
  readonly titleId: string;
  readonly title: string;
  readonly snippet: string | null;
  readonly citation: string | null;
  /** What a preview reads; none can be had without. */
  readonly preview: PreviewRequest | null;
}

/** What one does with data that were found: insert, drag, look, cite. */
export function UseData(props: IUseDataProps): JSX.Element {
  const { workbench, titleId, title, snippet, citation, preview } = props;
  const { trans } = workbench;
  const [busy, reason, start] = useTask();
  const [copied, setCopied] = useState(false);
  const [looking, setLooking] = useState(false);
  const drag = (event: ReactMouseEvent): void => {
    if (snippet && event.button === 0) {
      void workbench.dragCell(event.nativeEvent, title, snippet);
    }
  };
  return (
    <>
      <div className="bc-Card-actions">
        {snippet && (
          <button
            className="bc-Button bc-mod-main"
            type="button"
            disabled={busy}
            aria-describedby={titleId}
            title={trans.__('Write a cell that reads it into the active notebook; or drag this there')}
            onMouseDown={drag}
            onClick={() => start(() => workbench.insert(snippet))}
          >
            {trans.__('Insert')}
          </button>
        )}
        {preview && (
          <button
            className="bc-Button"
            type="button"
            aria-describedby={titleId}
            aria-expanded={looking}
            onClick={() => setLooking(!looking)}
          >
            {trans.__('Preview')}
          </button>
        )}
        {citation && (
          <button
            className="bc-Button"
            type="button"
            aria-describedby={titleId}
            onClick={() => {
              Clipboard.copyToSystem(citation);
              setCopied(true);
            }}
            onBlur={() => setCopied(false)}
          >
            {copied ? trans.__('Citation copied') : trans.__('Copy citation')}
          </button>
        )}
      </div>
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
      {looking && preview && (
        <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
          <Look workbench={workbench} asked={preview} title={title} />
        </Suspense>
      )}
    </>
  );
}
