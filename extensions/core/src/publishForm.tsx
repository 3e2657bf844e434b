import { useEffect, useId, useRef, useState } from 'react';
import type { FormEvent, JSX } from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Answered, useAnswer, useTask } from './answer';
import { CreatorFields } from './creatorFields';
import { FileChoice } from './fileChoice';
import { LicenceChoice } from './licenceChoice';
import { ProductInputs } from './productInputs';
import type { IWorkbench } from './tokens';
import type { ProductForm, Proposals } from './wire';

interface IPublishFormProps {
  readonly workbench: IWorkbench;
  /** Asks for the form; it is asked for anew when this is another function. */
  readonly ask: () => Promise<ProductForm>;
  readonly onProposed: (proposals: Proposals) => void;
}

/** The form of a product, filled in as far as it is known, to be proposed to the managers. */
export default function PublishForm(props: IPublishFormProps): JSX.Element {
  const { workbench, ask, onProposed } = props;
  const { trans } = workbench;
  const [answer, again] = useAnswer(ask);
  return (
    <Answered answer={answer} again={again} trans={trans} waiting={trans.__('The files are checked…')}>
      {form => <Filled workbench={workbench} form={form} onProposed={onProposed} />}
    </Answered>
  );
}

interface IFilledProps {
  readonly workbench: IWorkbench;
  readonly form: ProductForm;
  readonly onProposed: (proposals: Proposals) => void;
}

function Filled({ workbench, form, onProposed }: IFilledProps): JSX.Element {
  const { productsDesk, trans } = workbench;
  const isAmended = form.words !== '';
  const [files, setFiles] = useState<readonly string[]>(() =>
    form.files.filter(file => file.chosen).map(file => file.path)
  );
  const [title, setTitle] = useState(form.title);
  const [description, setDescription] = useState(form.description);
  const [creators, setCreators] = useState(form.creators);
  const [keywords, setKeywords] = useState(form.keywords.join(', '));
  const [licence, setLicence] = useState(form.licence ?? '');
  const [slug, setSlug] = useState(isAmended ? form.slug : '');
  const [embargo, setEmbargo] = useState(form.embargo ?? '');
  const [busy, reason, start] = useTask();
  const id = useId();
  const refusal = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // It gives a promise in newer browsers, which an effect must not return.
    refusal.current?.scrollIntoView({ block: 'nearest' });
  }, [reason]);
  const last = form.own[slug || (title === form.title ? form.slug : '')];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    start(async () => {
      onProposed(
        await productsDesk.propose({
          run: form.run,
          files,
          title,
          description,
          creators,
          keywords: keywords.split(',').flatMap(word => word.trim() || []),
          licence,
          slug,
          embargo
        })
      );
    });
  };
  return (
    <form className="bc-Form bc-Product-form" aria-label={trans.__('Publish %1', form.title)} onSubmit={submit}>
      <FileChoice files={form.files} chosen={files} trans={trans} onChosen={setFiles} />
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={`${id}-title`}>
          {trans.__('Title')}
        </label>
        <input
          id={`${id}-title`}
          type="text"
          required
          maxLength={200}
          value={title}
          onChange={event => setTitle(event.target.value)}
        />
      </div>
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={`${id}-about`}>
          {trans.__('Description')}
        </label>
        <textarea
          id={`${id}-about`}
          rows={4}
          required
          maxLength={5000}
          value={description}
          onChange={event => setDescription(event.target.value)}
        />
      </div>
      <CreatorFields creators={creators} trans={trans} onCreators={setCreators} />
      <ProductInputs inputs={form.inputs} trans={trans} asks />
      <LicenceChoice licences={form.licences} chosen={licence} trans={trans} onChosen={setLicence} />
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={`${id}-keywords`}>
          {trans.__('Keywords, with commas between')}
        </label>
        <input
          id={`${id}-keywords`}
          type="text"
          value={keywords}
          onChange={event => setKeywords(event.target.value)}
        />
      </div>
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={`${id}-embargo`}>
          {trans.__('Embargo: its files are given out from this day on')}
        </label>
        <input
          id={`${id}-embargo`}
          type="date"
          value={embargo}
          onChange={event => setEmbargo(event.target.value)}
        />
      </div>
      <div className="bc-Field">
        <label className="bc-Field-label" htmlFor={`${id}-slug`}>
          {trans.__('Short name')}
        </label>
        <input
          id={`${id}-slug`}
          type="text"
          pattern="[a-z][a-z0-9_]{1,35}"
          title={trans.__('Small letters, digits and underscores')}
          placeholder={form.slug}
          value={slug}
          aria-describedby={`${id}-slug-help`}
          onChange={event => setSlug(event.target.value)}
        />
        <p className="bc-Field-help" id={`${id}-slug-help`}>
          {last === undefined
            ? trans.__('It is read by this. Left empty, it is made of the title.')
            : trans.__('You published a product of this name: this is its version %1.', last + 1)}
        </p>
      </div>
      <div className="bc-Card-actions">
        <button
          className="bc-Button bc-mod-main"
          type="submit"
          disabled={busy || !licence || files.length === 0}
        >
          {busy ? trans.__('Checking…') : isAmended ? trans.__('Propose anew') : trans.__('Propose')}
        </button>
      </div>
      {reason && (
        <p className="bc-Problem" role="alert" ref={refusal}>
          {refusalInWords(reason, trans)}
        </p>
      )}
    </form>
  );
}

/** The service's word on a creator with the place that the form gives them. */
function refusalInWords(reason: string, trans: TranslationBundle): string {
  const [, place, name, words] = /^creators\.(\d+)\.(\w+): (.*)$/s.exec(reason) ?? [];
  return words === undefined
    ? reason
    : trans.__('Creator %1, %2: %3', Number(place) + 1, name === 'orcid' ? 'ORCID' : name, words);
}
