import { Suspense, lazy, useCallback, useEffect, useId, useState } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Answered, useAnswer } from './answer';
import type { IWorkbench } from './tokens';
import type { Proposal, Proposals } from './wire';

const PublishForm = lazy(() => import('./publishForm'));

interface IProposalListProps {
  readonly workbench: IWorkbench;
  /** How often it was shown; each time it asks anew. */
  readonly shown: number;
}

/** What the person proposed, and where each stands. */
export function ProposalList({ workbench, shown }: IProposalListProps): JSX.Element {
  const { productsDesk, trans } = workbench;
  const [answer, again] = useAnswer(
    useCallback(() => productsDesk.proposals(), [productsDesk, shown])
  );
  const [changed, setChanged] = useState<Proposals | null>(null);
  useEffect(() => setChanged(null), [answer]); // what was asked last is newer
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {told => {
        const { proposals } = changed ?? told;
        return proposals.length === 0 ? (
          <p className="bc-Note">
            {trans.__('You have proposed nothing here yet. “Publish…” at a run that succeeded does.')}
          </p>
        ) : (
          <ul className="bc-Cards">
            {proposals.map(proposal => (
              <ProposalCard
                key={proposal.id}
                proposal={proposal}
                workbench={workbench}
                onChange={setChanged}
              />
            ))}
          </ul>
        );
      }}
    </Answered>
  );
}

interface IProposalCardProps {
  readonly proposal: Proposal;
  readonly workbench: IWorkbench;
  readonly onChange: (proposals: Proposals) => void;
}

function ProposalCard({ proposal, workbench, onChange }: IProposalCardProps): JSX.Element {
  const { productsDesk, trans } = workbench;
  const { id: name, title, words, decided_by: by } = proposal;
  const ask = useCallback(() => productsDesk.amended(name), [productsDesk, name]);
  const [amending, setAmending] = useState(false);
  const id = useId();
  return (
    <li className="bc-Card" aria-labelledby={`${id}-title`}>
      <h3 className="bc-Card-title" id={`${id}-title`}>
        {title}
      </h3>
      <p className="bc-Note">
        {trans.__('Proposed %1', new Date(proposal.proposed).toLocaleString())}
      </p>
      <p className="bc-Card-text">{stateInWords(proposal, trans)}</p>
      {words && <p className="bc-Problem bc-Product-text">{by ? `${by}: ${words}` : words}</p>}
      {proposal.state === 'changes' && (
        <div className="bc-Card-actions">
          <button
            className="bc-Button"
            type="button"
            aria-expanded={amending}
            aria-describedby={`${id}-title`}
            onClick={() => setAmending(!amending)}
          >
            {trans.__('Amend…')}
          </button>
        </div>
      )}
      {amending && (
        <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
          <PublishForm
            workbench={workbench}
            ask={ask}
            onProposed={onChange}
          />
        </Suspense>
      )}
    </li>
  );
}

function stateInWords({ state, version }: Proposal, trans: TranslationBundle): string {
  switch (state) {
    case 'waiting':
      return trans.__('Waits for a manager of the laboratory');
    case 'changes':
      return trans.__('Sent back: amend it and propose it anew');
    case 'refused':
      return trans.__('Refused');
    case 'storing':
      return trans.__('Approved; its files are on their way');
    case 'published':
      return trans.__('Published as version %1', version);
    case 'withdrawn':
      return trans.__('Version %1 was withdrawn', version);
  }
}
