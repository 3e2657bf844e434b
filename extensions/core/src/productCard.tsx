import { useId, useState } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Choice } from './controls';
import { Fact } from './fact';
import { Fold } from './fold';
import { ProductLineage } from './productLineage';
import { meant } from './productVersions';
import type { Versions } from './productVersions';
import type { IWorkbench } from './tokens';
import { UseData } from './useData';
import type { Product } from './wire';

interface IProductCardProps {
  readonly versions: Versions;
  readonly workbench: IWorkbench;
}

/** One product: what it is, whose, of which version, and how it is read. */
export function ProductCard({ versions, workbench }: IProductCardProps): JSX.Element {
  const { trans } = workbench;
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = versions.find(one => String(one.version) === chosen) ?? meant(versions);
  const id = useId();
  const badges = warnings(shown, workbench);
  return (
    <li className="bc-Card" aria-labelledby={`${id}-title`}>
      <h3 className="bc-Card-title" id={`${id}-title`}>
        {shown.title}
      </h3>
      {badges.length > 0 && (
        <p className="bc-Badges">
          {badges.map(words => (
            <span className="bc-Badge bc-mod-warns" key={words}>
              {words}
            </span>
          ))}
        </p>
      )}
      {versions
        .filter(one => one.is_withdrawn && one.version >= shown.version)
        .map(one => (
          <p className="bc-Problem" key={one.version}>
            {trans.__('Version %1 was withdrawn by %2', one.version, one.words)}
          </p>
        ))}
      {versions.length > 1 && (
        <Choice
          label={trans.__('Version')}
          value={String(shown.version)}
          options={versions.map(one => [String(one.version), versionInWords(one, trans)])}
          onValue={setChosen}
        />
      )}
      <dl className="bc-Facts">
        {versions.length === 1 && <Fact name={trans.__('Version')} value={versionInWords(shown, trans)} />}
        <Fact
          name={trans.__('By')}
          value={shown.creators
            .map(({ name, orcid }) => (orcid ? `${name} (${orcid})` : name))
            .join('; ')}
        />
        <Fact name={trans.__('Licence')} value={shown.licence} />
        {shown.doi && (
          <>
            <dt>{trans.__('DOI')}</dt>
            <dd>
              <a
                className="bc-Link"
                href={`https://doi.org/${encodeURI(shown.doi)}`}
                target="_blank"
                rel="noreferrer"
              >
                {shown.doi}
              </a>
            </dd>
          </>
        )}
      </dl>
      <details className="bc-More">
        <summary aria-describedby={`${id}-title`}>{trans.__('About')}</summary>
        <p className="bc-Product-text">{shown.description}</p>
        {shown.keywords.length > 0 && <p>{shown.keywords.join(', ')}</p>}
        <p>{shown.citation}</p>
      </details>
      <Fold title={trans.__('Where it comes from')} describedBy={`${id}-title`}>
        <ProductLineage product={shown} versions={versions} workbench={workbench} />
      </Fold>
      {shown.snippet === null && !shown.is_withdrawn && shown.embargo === null && (
        <p className="bc-Note">{trans.__('It is read in the laboratory %1.', shown.laboratory)}</p>
      )}
      <UseData
        key={shown.version} // what was looked at is another version's
        workbench={workbench}
        titleId={`${id}-title`}
        title={shown.title}
        snippet={shown.snippet}
        citation={shown.citation}
        preview={shown.entry ? { entry: shown.entry, request: {} } : null}
      />
    </li>
  );
}

/** A version with its day. */
export function versionInWords(
  { version, published, is_withdrawn }: Product,
  trans: TranslationBundle
): string {
  const day = new Date(published).toLocaleDateString();
  return is_withdrawn
    ? trans.__('%1, of %2, withdrawn', version, day)
    : trans.__('%1, of %2', version, day);
}

/** What one has to know before use. */
function warnings(product: Product, { laboratory, trans }: IWorkbench): readonly string[] {
  return [
    ...(product.laboratory === laboratory.slug ? [] : [product.laboratory]),
    ...(product.is_withdrawn ? [trans.__('withdrawn')] : []),
    ...(product.embargo ? [trans.__('under embargo until %1', product.embargo)] : []),
    ...(product.members_only ? [trans.__('for members alone')] : [])
  ];
}
