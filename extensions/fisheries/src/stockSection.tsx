import { Suspense, lazy, useState } from 'react';
import type { JSX } from 'react';
import { Computed, OpenAsNotebook, OriginNote, Problems } from '@bluecloud/core';
import type { IWorkbench } from '@bluecloud/core';

import { NOMINAL, useQuestion } from './questions';
import type { StockChosen } from './questions';
import { StockControls } from './stockControls';
import { States, StockNumbers, StockYears } from './stockTables';
import type { Choices, Stock } from './wire';

const KobeChart = lazy(() => import('./kobeChart'));

interface IStockSectionProps {
  readonly workbench: IWorkbench;
  readonly choices: Choices;
}

/** Kobe's plot of a stock: how large it is and how hard it is fished, and how sure that is. */
export function StockSection({ workbench, choices }: IStockSectionProps): JSX.Element {
  const { trans } = workbench;
  const [chosen, setChosen] = useState<StockChosen>({
    source: 'simulated',
    species: choices.species[0]?.code ?? '',
    file: '',
    resilience: 'medium',
    start_low: 0.5,
    start_high: 1,
    end_low: null,
    end_high: null
  });
  const needsFile = chosen.source === 'file' && !chosen.file;
  const stock = useQuestion(workbench, 'stock', needsFile ? null : chosen);
  const end = chosen.end_low === null || chosen.end_high === null ? [] : [chosen.end_low, chosen.end_high];
  const values = {
    stock_file: stock.value?.file ?? '',
    entry: chosen.source === 'atlas' ? NOMINAL : '',
    species: chosen.species,
    resilience: chosen.resilience,
    start: [chosen.start_low, chosen.start_high],
    end,
    draws: stock.value?.draws ?? null
  };
  return (
    <>
      <StockControls
        choices={choices}
        chosen={chosen}
        onChosen={changed => setChosen({ ...chosen, ...changed })}
        workbench={workbench}
      />
      {needsFile && <p className="bc-Note">{trans.__('Name a file to see its stock.')}</p>}
      <Computed computed={stock} trans={trans}>
        {value => (
          <>
            <Problems problems={value.warning ? [value.warning] : []} />
            <h3>{trans.__('State in %1', lastYear(value))}</h3>
            <Suspense fallback={<p className="bc-Note">{trans.__('Loading…')}</p>}>
              <KobeChart stock={value} trans={trans} />
            </Suspense>
            <p className="bc-Note">
              {trans.__(
                'Line: medians of all years. Grey dots: %1 of the %2 draws (%3 chains) for %4; cross: 95 percent of them.',
                value.dots.length,
                value.draws.toLocaleString(),
                value.chains,
                lastYear(value)
              )}{' '}
              {value.indexed
                ? trans.__('From catches and an index of abundance.')
                : trans.__('From catches alone: hardly better than the range of the last year.')}
            </p>
            <States stock={value} trans={trans} />
            <StockNumbers stock={value} trans={trans} />
            <StockYears stock={value} trans={trans} />
            <OpenAsNotebook workbench={workbench} name="surplus_production" values={values} />
            <OriginNote origin={value.origin} trans={trans} />
          </>
        )}
      </Computed>
    </>
  );
}

function lastYear(stock: Stock): number {
  return stock.track.at(-1)?.year ?? 0;
}
