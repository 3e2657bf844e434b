import { plot } from '@observablehq/plot';
import type { PlotOptions } from '@observablehq/plot';
import { useEffect, useRef } from 'react';
import type { JSX } from 'react';

export interface IChartProps {
  /** What the chart is of and what it shows, for who cannot see it. */
  readonly label: string;
  /** Observable Plot's options, but for the width. The same object from one render to the next. */
  readonly options: PlotOptions;
  /** Called with the datum under the pointer of marks with a pointer transform. */
  readonly onPoint?: (datum: unknown) => void;
}

/** A chart as wide as there is room. */
export default function Chart({ label, options, onPoint }: IChartProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const pointed = useRef(onPoint);
  pointed.current = onPoint;
  useEffect(() => {
    const node = frame.current;
    if (!node) {
      return;
    }
    let drawn = 0;
    const draw = (): void => {
      const width = Math.floor(node.clientWidth) || 320;
      if (width === drawn) {
        return;
      }
      drawn = width;
      const chart = plot({ ...options, width, ariaLabel: label });
      chart.setAttribute('role', 'img');
      chart.setAttribute('aria-label', label);
      // An image is one thing: groups without a role may have no names of their own in it.
      for (const part of chart.querySelectorAll('g[aria-label]')) {
        part.removeAttribute('aria-label');
      }
      chart.addEventListener('input', () => pointed.current?.(chart.value));
      node.replaceChildren(chart);
    };
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(node);
    return () => {
      observer.disconnect();
      node.replaceChildren();
    };
  }, [label, options]);
  return <div className="bc-Chart" ref={frame} />;
}
