import { useState } from 'react';
import type { JSX, ReactNode } from 'react';

interface IFoldProps {
  readonly title: string;
  /** The id of what says of what it is. */
  readonly describedBy?: string;
  readonly children: ReactNode;
}

/** Something behind a title, which is made when it is first unfolded. */
export function Fold({ title, describedBy, children }: IFoldProps): JSX.Element {
  const [wasOpen, setWasOpen] = useState(false);
  return (
    <details
      className="bc-More"
      onToggle={event => setWasOpen(before => before || event.currentTarget.open)}
    >
      <summary aria-describedby={describedBy}>{title}</summary>
      {wasOpen && children}
    </details>
  );
}
