import { useId } from 'react';
import type { JSX } from 'react';
import { StepSlider } from '@bluecloud/core';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { SiteAsked, SiteLayer } from './wire';

const DEGREES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const SHALLOWEST_M = [0, 5, 10, 15, 20, 25, 30];
const DEEPEST_M = [60, 80, 100, 150, 200, 300, 500];
const WAVES_M = [1, 1.5, 2, 2.5, 3, 4];
const ROUGH_PERCENT = [2, 5, 10, 15, 20, 30, 50];
const PORTS_KM = [10, 15, 25, 40, 60, 100];

interface ISiteControlsProps {
  /** Null shows no layer. */
  readonly asked: SiteAsked | null;
  readonly onLayer: (layer: SiteAsked['layer'] | null) => void;
  readonly onAsked: (changed: Partial<SiteAsked>) => void;
  readonly trans: TranslationBundle;
}

/** Which layer lies under the farms. */
export function SiteControls({ asked, onLayer, onAsked, trans }: ISiteControlsProps): JSX.Element {
  const id = useId();
  const names = layerNames(trans);
  const layers = Object.keys(names) as SiteAsked['layer'][]; // its own keys
  const logics = [
    ['fuzzy', trans.__('degrees, weighted')],
    ['boolean', trans.__('yes or no')],
    ['owa', trans.__('degrees, cautious')]
  ] as const;
  return (
    <>
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={`${id}-layer`}>
          {trans.__('Layer under the farms')}
        </label>
        <select
          className="bc-Input"
          id={`${id}-layer`}
          value={asked?.layer ?? ''}
          onChange={event => onLayer(layers.find(name => name === event.target.value) ?? null)}
        >
          <option value="">{trans.__('none')}</option>
          {layers.map(name => (
            <option key={name} value={name}>
              {names[name]}
            </option>
          ))}
        </select>
      </div>
      {asked && (
        <>
          <StepSlider
            label={trans.__('Suitable from a degree of')}
            steps={DEGREES}
            value={asked.suitable}
            onValue={suitable => onAsked({ suitable })}
            told={String}
          />
          <details className="bc-More">
            <summary>{trans.__('What is asked of a site')}</summary>
            <StepSlider
              label={trans.__('Shallowest')}
              steps={SHALLOWEST_M}
              value={asked.min_depth_m}
              onValue={min_depth_m => onAsked({ min_depth_m })}
              told={value => trans.__('%1 m', value)}
            />
            <StepSlider
              label={trans.__('Deepest')}
              steps={DEEPEST_M}
              value={asked.max_depth_m}
              onValue={max_depth_m => onAsked({ max_depth_m })}
              told={value => trans.__('%1 m', value)}
            />
            <StepSlider
              label={trans.__('Rough are waves above')}
              steps={WAVES_M}
              value={asked.wave_m}
              onValue={wave_m => onAsked({ wave_m })}
              told={value => trans.__('%1 m', value)}
            />
            <StepSlider
              label={trans.__('Rough at most')}
              steps={ROUGH_PERCENT}
              value={asked.max_rough_percent}
              onValue={max_rough_percent => onAsked({ max_rough_percent })}
              told={value => `${value} %`}
            />
            <StepSlider
              label={trans.__('To a harbour at most')}
              steps={PORTS_KM}
              value={asked.max_port_km}
              onValue={max_port_km => onAsked({ max_port_km })}
              told={value => trans.__('%1 km', value)}
            />
            <div className="bc-Field">
              <label className="bc-Field-label" htmlFor={`${id}-logic`}>
                {trans.__('Put together as')}
              </label>
              <select
                className="bc-Input"
                id={`${id}-logic`}
                value={asked.logic}
                onChange={event => {
                  const logic = logics.find(([name]) => name === event.target.value)?.[0];
                  onAsked({ logic: logic ?? 'fuzzy' });
                }}
              >
                {logics.map(([name, title]) => (
                  <option key={name} value={name}>
                    {title}
                  </option>
                ))}
              </select>
            </div>
          </details>
        </>
      )}
    </>
  );
}

interface IHeldBackProps {
  readonly layer: SiteLayer;
  readonly trans: TranslationBundle;
}

/** How much is suitable, and what holds the rest back. */
export function HeldBack({ layer, trans }: IHeldBackProps): JSX.Element {
  const { suitable_km2: suitable, known_km2: known, held_back: rows } = layer;
  const names: Readonly<Record<string, string>> = {
    ...layerNames(trans),
    excluded: trans.__('Protected, or a farm is there'),
    none: trans.__('Nothing')
  };
  const most = Math.max(...rows.map(({ area_km2: area }) => area), 1);
  return (
    <>
      <p>
        {trans.__(
          '%1 of %2 km² are suitable.',
          Math.round(suitable).toLocaleString(),
          Math.round(known).toLocaleString()
        )}
      </p>
      <div className="bc-Table">
        <table>
          <thead>
            <tr>
              <th scope="col">{trans.__('What holds back most')}</th>
              <th scope="col">{trans.__('Area (km²)')}</th>
            </tr>
          </thead>
          <tbody>
            {rows
              .filter(({ area_km2: area }) => area > 0)
              .map(({ name, area_km2: area }) => (
                <tr key={name}>
                  <th scope="row">{names[name] ?? name}</th>
                  <td>
                    <span className="bc-Bar" style={{ width: `${(area / most) * 80}px` }} />{' '}
                    {Math.round(area).toLocaleString()}
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function layerNames(trans: TranslationBundle): Readonly<Record<SiteAsked['layer'], string>> {
  return {
    suitability: trans.__('Suitability'),
    depth: trans.__('Depth'),
    cold_days: trans.__('Coldest days'),
    warm_days: trans.__('Warmest days'),
    current: trans.__('Mean current'),
    rough: trans.__('Time with rough sea'),
    harbour: trans.__('Way to a harbour')
  };
}
