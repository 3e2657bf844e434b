import { useMemo, useState } from 'react';
import type { JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Choice, Computed, NumberField, OpenAsNotebook, OriginNote } from '@bluecloud/core';
import type { IWorkbench } from '@bluecloud/core';

import { useQuestion } from './asking';
import { TRAITS, shownTrait, sortedBy, titled, unitOf } from './traits';
import type { Trait } from './traits';
import type { Body, Traits } from './wire';

/** So many pictures are on a page. */
const PAGE = 12;

/** Images of plankton with their traits, in the order of one of them. */
export function GalleryPanel({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const [pixel, setPixel] = useState(1);
  const [least, setLeast] = useState(10);
  const traits = useQuestion(workbench, 'traits', { pixel_um: pixel, min_esd_um: least });
  const [taxon, setTaxon] = useState('');
  const unit = pixel === 1 ? trans.__('pixel') : 'µm';
  return (
    <>
      <fieldset className="bc-Controls">
        <legend className="bc-Visually-hidden">{trans.__('How bodies are measured')}</legend>
        <NumberField
          label={trans.__('Width of a pixel')}
          unit="µm"
          value={pixel}
          least={0.01}
          most={1000}
          step={0.01}
          trans={trans}
          onValue={setPixel}
        />
        <NumberField
          label={trans.__('Smallest diameter')}
          unit={unit}
          value={least}
          least={0}
          most={10000}
          step={0.1}
          trans={trans}
          onValue={setLeast}
        />
      </fieldset>
      {pixel === 1 && (
        <p className="bc-Note">
          {trans.__('The images do not tell how wide a pixel is: 1 gives sizes in pixels.')}
        </p>
      )}
      <Computed computed={traits} trans={trans}>
        {found => (
          <>
            <OriginNote origin={found.origin} trans={trans} />
            <Gallery
              workbench={workbench}
              found={found}
              unit={unit}
              taxon={taxon}
              onTaxon={setTaxon}
            />
          </>
        )}
      </Computed>
      <OpenAsNotebook
        workbench={workbench}
        name="image_traits"
        values={{ taxa: taxon, pixel_um: pixel, min_esd_um: least }}
      />
    </>
  );
}

interface IGalleryProps {
  readonly workbench: IWorkbench;
  readonly found: Traits;
  readonly unit: string;
  /** Empty for all. */
  readonly taxon: string;
  readonly onTaxon: (taxon: string) => void;
}

function Gallery({ workbench, found, unit, taxon, onTaxon }: IGalleryProps): JSX.Element {
  const { trans } = workbench;
  const [by, setBy] = useState<Trait>('esd');
  const [order, setOrder] = useState<'down' | 'up'>('down');
  const [page, setPage] = useState(0);
  const [outline, setOutline] = useState(true);
  const bodies = useMemo(
    () =>
      sortedBy(
        found.bodies.filter(body => !taxon || body.taxon === taxon),
        by,
        order === 'down'
      ),
    [found, taxon, by, order]
  );
  const pages = Math.max(Math.ceil(bodies.length / PAGE), 1);
  const at = Math.min(page, pages - 1);
  const shown = bodies.slice(at * PAGE, (at + 1) * PAGE);
  const asked = { images: shown.map(body => body.image), outline };
  const pictures = useQuestion(workbench, 'thumbnails', shown.length > 0 ? asked : null);
  const urls = new Map(pictures.value?.thumbnails.map(each => [each.image, each.url]));
  return (
    <>
      <div className="bc-Controls">
        <Choice
          label={trans.__('Class')}
          value={taxon}
          options={[
            ['', trans.__('all %1 images', found.bodies.length)],
            ...found.taxa.map(name => [name, name] satisfies [string, string])
          ]}
          onValue={name => {
            onTaxon(name);
            setPage(0);
          }}
        />
        <Choice
          label={trans.__('Sorted by')}
          value={by}
          options={TRAITS.map(
            name =>
              [name, titled(name, unit, trans)] satisfies [Trait, string]
          )}
          onValue={setBy}
        />
        <Choice
          label={trans.__('Order')}
          value={order}
          options={[
            ['down', trans.__('from much to little')],
            ['up', trans.__('from little to much')]
          ]}
          onValue={setOrder}
        />
        <label className="bc-Field-check">
          <input
            type="checkbox"
            checked={outline}
            onChange={event => setOutline(event.target.checked)}
          />
          {trans.__('Outline the body')}
        </label>
      </div>
      <ul className="bc-Gallery">
        {shown.map(body => (
          <Card key={body.image} body={body} by={by} unit={unit} url={urls.get(body.image)} trans={trans} />
        ))}
      </ul>
      {pictures.reason && <p className="bc-Problem">{pictures.reason}</p>}
      <nav className="bc-Card-actions" aria-label={trans.__('Pages')}>
        <button
          className="bc-Button"
          type="button"
          disabled={at === 0}
          onClick={() => setPage(at - 1)}
        >
          {trans.__('Previous')}
        </button>
        <span role="status">{trans.__('Page %1 of %2', at + 1, pages)}</span>
        <button
          className="bc-Button"
          type="button"
          disabled={at >= pages - 1}
          onClick={() => setPage(at + 1)}
        >
          {trans.__('Next')}
        </button>
      </nav>
      {found.without > 0 && (
        <p className="bc-Note">{trans.__('On %1 images no body was found.', found.without)}</p>
      )}
    </>
  );
}

interface ICardProps {
  readonly body: Body;
  readonly by: Trait;
  readonly unit: string;
  readonly url: string | undefined;
  readonly trans: TranslationBundle;
}

function Card({ body, by, unit, url, trans }: ICardProps): JSX.Element {
  const told = TRAITS.map(
    name => `${shownTrait(name, trans)}: ${body[name]}${unitOf(name, unit)}`
  ).join('\n');
  return (
    <li className="bc-Gallery-item" title={told}>
      <div className="bc-Gallery-frame">
        {url && <img src={url} alt={trans.__('Image of %1', body.taxon)} />}
      </div>
      <span className="bc-Gallery-name">{body.taxon}</span>
      <span>
        {body[by]}
        {unitOf(by, unit)}
      </span>
      {body.at_border && <span className="bc-Badge">{trans.__('cut by the border')}</span>}
    </li>
  );
}
