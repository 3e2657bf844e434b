import { useState } from 'react';
import type { JSX, ReactNode } from 'react';

interface IFoldProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** Something behind a title, which is made when it is first unfolded. */
export function Fold({ title, children }: IFoldProps): JSX.Element {
  const [wasOpen, setWasOpen] = useState(false);
  return (
    <details
      className="bc-More"
      onToggle={event => setWasOpen(before => before || event.currentTarget.open)}
    >
      <summary>{title}</summary>
      {wasOpen && children}
    </details>
  );
}
