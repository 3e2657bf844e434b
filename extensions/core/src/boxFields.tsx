import { useEffect, useId, useState } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Box } from './box';

interface IBoxFieldsProps {
  readonly box: Box | null;
  readonly onBox: (box: Box | null) => void;
  readonly trans: TranslationBundle;
}

/** A box as four numbers: for the keyboard, and for who knows them. */
export function BoxFields({ box, onBox, trans }: IBoxFieldsProps): JSX.Element {
  const [texts, setTexts] = useState(asTexts(box));
  const id = useId();
  useEffect(() => setTexts(asTexts(box)), [box]);
  const names = [trans.__('West'), trans.__('South'), trans.__('East'), trans.__('North')];
  const wrong = problem(texts, trans);
  return (
    <fieldset className="bc-BoxFields" aria-describedby={wrong ? `${id}-wrong` : undefined}>
      <legend className="bc-Visually-hidden">{trans.__('Box in degrees')}</legend>
      {names.map((name, place) => (
        <label className="bc-BoxFields-field" key={name}>
          <span>{name}</span>
          <input
            className="bc-Input"
            type="text"
            inputMode="decimal"
            value={texts[place] ?? ''}
            aria-invalid={wrong !== ''}
            onChange={event => {
              const changed = texts.map((text, at) => (at === place ? event.target.value : text));
              setTexts(changed);
              const made = asBox(changed);
              if (made && !problem(changed, trans)) {
                onBox(made);
              }
            }}
          />
        </label>
      ))}
      <button className="bc-Button" type="button" disabled={!box} onClick={() => onBox(null)}>
        {trans.__('No box')}
      </button>
      {wrong && (
        <p className="bc-Problem" id={`${id}-wrong`} role="alert">
          {wrong}
        </p>
      )}
    </fieldset>
  );
}

function asTexts(box: Box | null): readonly string[] {
  return box ? box.map(String) : ['', '', '', ''];
}

function asBox(texts: readonly string[]): Box | null {
  const [west = NaN, south = NaN, east = NaN, north = NaN] = texts.map(text =>
    text.trim() ? Number(text) : NaN
  );
  const box: Box = [west, south, east, north];
  return box.every(Number.isFinite) ? box : null;
}

/** What is wrong with four numbers; nothing while some are not there yet. */
function problem(texts: readonly string[], trans: TranslationBundle): string {
  const odd = texts.find(text => text.trim() !== '' && !Number.isFinite(Number(text)));
  if (odd !== undefined) {
    return trans.__('%1 is no number.', odd);
  }
  const box = asBox(texts);
  if (!box) {
    return '';
  }
  const [west, south, east, north] = box;
  const far = [west, east].find(value => Math.abs(value) > 180);
  if (far !== undefined) {
    return trans.__('%1 is no longitude: from -180 to 180.', far);
  }
  if (south < -90 || north > 90 || south >= north) {
    return trans.__('South is %1 and north %2: from -90 to 90, south below north.', south, north);
  }
  return west === east ? trans.__('West and east are both %1.', west) : '';
}
