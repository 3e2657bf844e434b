import { useCallback } from 'react';
import type { JSX } from 'react';

import { bytes } from './amounts';
import { Answered, useAnswer } from './answer';
import { Fact } from './fact';
import { ProductInputs } from './productInputs';
import { versionInWords } from './productCard';
import type { Versions } from './productVersions';
import { Remarks } from './remarks';
import type { IWorkbench } from './tokens';
import type { Product } from './wire';

interface IProductLineageProps {
  readonly product: Product;
  readonly versions: Versions;
  readonly workbench: IWorkbench;
}

/** Where a product comes from: run, notebook and inputs, and the versions before and after it. */
export function ProductLineage({ product, versions, workbench }: IProductLineageProps): JSX.Element {
  const { productsDesk, trans } = workbench;
  const { laboratory, slug, version } = product;
  const [answer, again] = useAnswer(
    // Of this version, whenever the list is asked for anew.
    useCallback(() => productsDesk.lineage(product), [productsDesk, laboratory, slug, version])
  );
  const place = versions.indexOf(product);
  const [after, before] = [versions[place - 1], versions[place + 1]];
  return (
    <Answered answer={answer} again={again} trans={trans}>
      {lineage => (
        <>
          <dl className="bc-Facts">
            <Fact name={trans.__('Run')} value={lineage.run} />
            {lineage.notebook && <Fact name={trans.__('Notebook')} value={lineage.notebook} />}
            <Fact name={trans.__('Proposed by')} value={lineage.proposed_by} />
            {before && <Fact name={trans.__('Before')} value={versionInWords(before, trans)} />}
            {after && <Fact name={trans.__('After')} value={versionInWords(after, trans)} />}
            {lineage.files.map(({ path, bytes: size }) => (
              <Fact key={path} name={trans.__('File')} value={trans.__('%1, %2', path, bytes(size))} />
            ))}
          </dl>
          <ProductInputs inputs={lineage.inputs} trans={trans} />
          <p className="bc-Product-text">{lineage.acknowledgement}</p>
          <Remarks remarks={lineage.warnings} of={product.title} trans={trans} />
        </>
      )}
    </Answered>
  );
}
