import type { JSX } from 'react';

interface IFactProps {
  readonly name: string;
  readonly value: string;
  /** What is said to whoever points at it. */
  readonly title?: string;
}

/** One line of a list of facts. */
export function Fact({ name, value, title }: IFactProps): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd title={title}>{value}</dd>
    </>
  );
}
