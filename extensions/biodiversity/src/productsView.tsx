import { useId, useState } from 'react';
import type { JSX } from 'react';
import { Computed } from '@bluecloud/core';
import type { IWorkbench } from '@bluecloud/core';
import { ReactWidget } from '@jupyterlab/ui-components';

import { useQuestion } from './questions';
import type { DataSet } from './questions';
import { TaxonView } from './taxonView';

/** A taxon on the map, how sure that is, and its series, of the data set that is picked. */
export class ProductsView extends ReactWidget {
  constructor(private readonly _workbench: IWorkbench) {
    super();
    this.addClass('bc-View');
  }

  protected render(): JSX.Element {
    return <Products workbench={this._workbench} />;
  }
}

function Products({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const [data, setData] = useState<DataSet>('plankton_tows_synthetic');
  const choices = useQuestion(workbench, 'choices', { data });
  const id = useId();
  const sets: readonly (readonly [DataSet, string])[] = [
    ['plankton_tows_synthetic', trans.__('Synthetic tows, west of Ireland')],
    ['obis_measurements', trans.__('OBIS, North Atlantic')]
  ];
  return (
    <>
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={id}>
          {trans.__('Samples')}
        </label>
        <select
          className="bc-Input"
          id={id}
          value={data}
          onChange={event => {
            setData(sets.find(([name]) => name === event.target.value)?.[0] ?? data);
          }}
        >
          {sets.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
        {data === 'obis_measurements' && (
          <p className="bc-Field-help">
            {trans.__('OBIS is asked where it can be reached, for each taxon and years; that may take minutes.')}
          </p>
        )}
      </div>
      <Computed computed={choices} trans={trans}>
        {value =>
          // The last answer stays while the next is computed: it is of the other data set.
          value.data === data && <TaxonView key={data} workbench={workbench} choices={value} />
        }
      </Computed>
    </>
  );
}
