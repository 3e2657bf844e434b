import { useId } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IWorkbench } from './tokens';
import { UseData } from './useData';
import type { Hit } from './wire';

interface IHitCardProps {
  readonly hit: Hit;
  readonly workbench: IWorkbench;
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
        {hit.synthetic && <span className="bc-Badge bc-mod-warns">{trans.__('synthetic sample')}</span>}
        {hit.access !== 'open' && (
          <span className="bc-Badge bc-mod-warns">
            {hit.access === 'login' ? trans.__('needs login') : trans.__('on request')}
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

function Fact({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
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
    known.push([trans.__('Depth'), `${hit.depth[0]} – ${hit.depth[1]} m`]);
  }
  if (hit.platform) {
    known.push([trans.__('Platform'), hit.platform]);
  }
  // An entry that is too large to be read whole is read as its example, and that is to be seen.
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
