import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { JSX } from 'react';

import { Answered, useAnswer } from './answer';
import { pageOf, sizeTold } from './sandboxed';
import type { ISize } from './sandboxed';
import type { IWorkbench } from './tokens';
import type { Drawn, Figures, Run } from './wire';

interface IDrawnFiguresProps {
  readonly workbench: IWorkbench;
  readonly run: Run;
  readonly figures: Figures;
}

/** The figures of a run that scripts draw: those that can be, and how many only its notebook shows. */
export function DrawnFigures({ workbench, run, figures }: IDrawnFiguresProps): JSX.Element {
  const { trans, runsDesk } = workbench;
  const [answer, again] = useAnswer(useCallback(() => runsDesk.scripts(), [runsDesk]));
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {scripts => {
        // Another version of BokehJS than the laboratory's would not draw them.
        const here = figures.drawn.filter(({ bokeh }) => bokeh === scripts?.bokeh);
        const elsewhere = figures.interactive + figures.drawn.length - here.length;
        return (
          <>
            {scripts && here.length > 0 && (
              <>
                <p className="bc-Note">
                  {trans._n(
                    '%1 interactive figure, drawn by its own scripts apart from this page:',
                    '%1 interactive figures, drawn by their own scripts apart from this page:',
                    here.length
                  )}
                </p>
                <Frame
                  figures={here}
                  scripts={scripts.texts}
                  title={trans.__('Interactive figures of %1', run.title)}
                />
              </>
            )}
            {elsewhere > 0 && (
              <p className="bc-Note">
                {trans._n(
                  '%1 interactive figure is drawn in its notebook. ',
                  '%1 interactive figures are drawn in its notebook. ',
                  elsewhere
                )}
                <button className="bc-Link" type="button" onClick={() => void workbench.openRun(run.id)}>
                  {trans.__('Open it')}
                </button>
              </p>
            )}
          </>
        );
      }}
    </Answered>
  );
}

interface IFrameProps {
  readonly figures: readonly Drawn[];
  readonly scripts: readonly string[];
  readonly title: string;
}

/** A frame without an origin, shown as small as there is room for the widest of its figures. */
function Frame({ figures, scripts, title }: IFrameProps): JSX.Element {
  const room = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);
  const [size, setSize] = useState<ISize | null>(null);
  useEffect(() => {
    const listen = ({ source, data }: MessageEvent<unknown>): void => {
      const told = source !== null && source === frame.current?.contentWindow ? sizeTold(data) : null;
      if (told !== null) {
        setSize(told);
      }
    };
    window.addEventListener('message', listen);
    return () => window.removeEventListener('message', listen);
  }, []);
  const width = room.current?.clientWidth ?? 0;
  const scale = size && width > 0 ? Math.min(1, width / size.width) : 1;
  return (
    <div className="bc-Drawn" ref={room} style={size ? { height: size.height * scale } : {}}>
      <iframe
        ref={frame}
        title={title}
        sandbox="allow-scripts"
        referrerPolicy="no-referrer"
        srcDoc={useMemo(() => pageOf(figures, scripts), [figures, scripts])}
        style={
          size && scale < 1
            ? { width: size.width, height: size.height, transform: `scale(${scale})` }
            : {}
        }
      />
    </div>
  );
}
