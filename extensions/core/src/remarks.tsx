import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

interface IRemarksProps {
  readonly remarks: readonly string[];
  /** What they are of. */
  readonly of: string;
  readonly trans: TranslationBundle;
}

/** What the checks of files found that is no fault, behind how many there are. */
export function Remarks({ remarks, of, trans }: IRemarksProps): JSX.Element | null {
  return remarks.length > 0 ? (
    <details className="bc-More">
      <summary>
        {trans._n('%1 remark of the checks', '%1 remarks of the checks', remarks.length)}
        <span className="bc-Visually-hidden"> {of}</span>
      </summary>
      {remarks.map(words => (
        <p className="bc-Note" key={words}>
          {words}
        </p>
      ))}
    </details>
  ) : null;
}
