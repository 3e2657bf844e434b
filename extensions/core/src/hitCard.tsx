import { useId } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Fact } from './fact';
import type { IWorkbench } from './tokens';
import { UseData } from './useData';
import type { Hit } from './wire';

const NAMED: Readonly<Record<Hit['beyond'][number], (trans: TranslationBundle) => string>> = {
  bbox: trans => trans.__('box'),
  time: trans => trans.__('period'),
  depth: trans => trans.__('depths')
};

interface IHitCardProps {
  readonly hit: Hit;
  readonly workbench: IWorkbench;
}

/** How one comes by it, where not everybody does. */
function accessOf(hit: Hit, trans: TranslationBundle): string {
  switch (hit.access) {
    case 'login':
      return trans.__('needs login');
    case 'private':
      return trans.__('yours alone');
    default:
      return trans.__('on request');
  }
}

/** One thing that was found. */
export function HitCard({ hit, workbench }: IHitCardProps): JSX.Element {
  const { trans } = workbench;
  const id = useId();
  return (
    <li className="bc-Card" aria-labelledby={`${id}-title`}>
      {hit.picture && (
        <img className="bc-Card-picture" src={hit.picture} alt="" loading="lazy" referrerPolicy="no-referrer" />
      )}
      <h3 className="bc-Card-title" id={`${id}-title`}>
        {hit.title}
      </h3>
      <p className="bc-Badges">
        <span className="bc-Badge">{hit.source}</span>
        <span className="bc-Badge">{hit.level}</span>
        {hit.synthetic && (
          <span
            className="bc-Badge bc-mod-warns"
            title={trans.__('What is read for now is made up: good to try things, not to find things.')}
          >
            {trans.__('sample: made up')}
          </span>
        )}
        {hit.access !== 'open' && (
          <span className="bc-Badge bc-mod-warns">
            {accessOf(hit, trans)}
          </span>
        )}
      </p>
      <dl className="bc-Facts">
        {facts(hit, trans).map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
      <details className="bc-More">
        <summary>{trans.__('About')}</summary>
        <p>{hit.description}</p>
        <p>{hit.citation}</p>
        {hit.page && (
          <a className="bc-Link" href={hit.page} target="_blank" rel="noreferrer">
            {hit.page}
          </a>
        )}
      </details>
      {hit.snippet === null && (
        <p className="bc-Note">{trans.__('No entry of the catalogue reads it yet: see its page.')}</p>
      )}
      {hit.snippet !== null && hit.beyond.length > 0 && (
        <p className="bc-Note">
          {trans.__(
            'It cannot be asked for less: it is read beyond the %1 that you search.',
            hit.beyond.map(name => NAMED[name](trans)).join(', ')
          )}
        </p>
      )}
      {hit.snippet !== null && hit.refused && (
        <p className="bc-Note">
          {trans.__('An example is read, since what you search is not read at once: %1.', hit.refused)}
        </p>
      )}
      <UseData
        workbench={workbench}
        titleId={`${id}-title`}
        title={hit.title}
        snippet={hit.snippet}
        citation={hit.citation}
        preview={hit.entry ? { entry: hit.entry, request: hit.request } : null}
      />
    </li>
  );
}

/** What is known of a hit, by name. */
function facts(hit: Hit, trans: TranslationBundle): readonly (readonly [string, string])[] {
  const known: [string, string][] = [];
  if (hit.variables.length > 0) {
    known.push([trans.__('Variables'), hit.variables.join(', ')]);
  }
  if (hit.bbox) {
    known.push([trans.__('Where'), boxInWords(hit.bbox)]);
  }
  if (hit.time) {
    const [first, last] = hit.time;
    known.push([
      trans.__('Period'),
      first === last && first ? first : `${first ?? '…'} – ${last ?? trans.__('today')}`
    ]);
  }
  if (hit.depth) {
    const [upper, lower] = hit.depth.map(metres => Number(metres.toFixed(1)));
    known.push([trans.__('Depth'), `${upper} – ${lower} m`]);
  }
  if (hit.platform) {
    known.push([trans.__('Platform'), hit.platform]);
  }
  // What it reads of all that: what was searched, or its example where it is too large to be read whole.
  const reads = Object.entries(hit.request);
  if (reads.length > 0) {
    const words = reads.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(', ');
    known.push([trans.__('Reads only'), words]);
  }
  known.push([trans.__('Licence'), hit.licence ?? trans.__('not said: ask the provider')]);
  return known;
}

/** A box as one writes it: 6°W – 37°E, 30°N – 46°N. */
export function boxInWords([west, south, east, north]: readonly [number, number, number, number]): string {
  const along = (value: number, [minus, plus]: readonly [string, string]): string =>
    `${Math.abs(Number(value.toFixed(2)))}°${value < 0 ? minus : plus}`;
  const span = (low: number, high: number, sides: readonly [string, string]): string =>
    low === high ? along(low, sides) : `${along(low, sides)} – ${along(high, sides)}`;
  return `${span(west, east, ['W', 'E'])}, ${span(south, north, ['S', 'N'])}`;
}
