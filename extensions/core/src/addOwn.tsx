import { useId, useState } from 'react';
import type { FormEvent, JSX } from 'react';

import { useTask } from './answer';
import type { IWorkbench } from './tokens';
import type { AddedFile, OwnFile } from './wire';

const LICENCES = ['all rights reserved', 'CC0 1.0', 'CC BY 4.0', 'CC BY-NC 4.0'] as const;

/** A file of the person's own: checked, and found like all others from then on. */
export function AddOwn({ workbench }: { readonly workbench: IWorkbench }): JSX.Element {
  const { trans } = workbench;
  const id = useId();
  const [busy, reason, start] = useTask();
  const [added, setAdded] = useState<AddedFile | null>(null);
  const [path, setPath] = useState('');
  const [title, setTitle] = useState('');
  const [citation, setCitation] = useState('');
  const [visibility, setVisibility] = useState<OwnFile['visibility']>('private');
  const [licence, setLicence] = useState<OwnFile['licence']>('all rights reserved');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAdded(null);
    start(async () => {
      setAdded(
        await workbench.addOwn({ path, title: title || null, citation: citation || null, visibility, licence })
      );
    });
  };
  return (
    <form className="bc-Form" onSubmit={submit}>
      <label className="bc-Field-label" htmlFor={`${id}-path`}>
        {trans.__('File in your home: NetCDF, ODV text, CNV or CSV')}
      </label>
      <div className="bc-Card-actions">
        <input
          id={`${id}-path`}
          className="bc-Input"
          type="text"
          required
          value={path}
          placeholder="data/cruise.csv"
          onChange={event => setPath(event.target.value)}
        />
        <button
          className="bc-Button"
          type="button"
          onClick={() => start(async () => setPath((await workbench.chooseFile()) ?? path))}
        >
          {trans.__('Browse…')}
        </button>
      </div>
      <label className="bc-Field-label" htmlFor={`${id}-title`}>
        {trans.__('Title (the file’s name if empty)')}
      </label>
      <input
        id={`${id}-title`}
        className="bc-Input"
        type="text"
        value={title}
        onChange={event => setTitle(event.target.value)}
      />
      <fieldset className="bc-Field">
        <legend className="bc-Field-label">{trans.__('Who sees it')}</legend>
        {(['private', 'laboratory'] as const).map(who => (
          <label className="bc-Field-check" key={who}>
            <input
              type="radio"
              name={`${id}-who`}
              checked={visibility === who}
              onChange={() => setVisibility(who)}
            />
            {who === 'private' ? trans.__('I alone') : trans.__('Everyone in this laboratory')}
          </label>
        ))}
      </fieldset>
      <label className="bc-Field-label" htmlFor={`${id}-licence`}>
        {trans.__('Licence')}
      </label>
      <select
        id={`${id}-licence`}
        className="bc-Input"
        value={licence}
        onChange={event =>
          setLicence(LICENCES.find(one => one === event.target.value) ?? 'all rights reserved')
        }
      >
        {LICENCES.map(one => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <label className="bc-Field-label" htmlFor={`${id}-citation`}>
        {trans.__('Whom others must name')}
      </label>
      <input
        id={`${id}-citation`}
        className="bc-Input"
        type="text"
        value={citation}
        onChange={event => setCitation(event.target.value)}
      />
      <div className="bc-Card-actions">
        <button className="bc-Button bc-mod-main" type="submit" disabled={busy}>
          {busy ? trans.__('Checking…') : trans.__('Check and add')}
        </button>
      </div>
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
      {added && (
        <p className="bc-Card-text" role="status">
          {trans.__('Added: %1', added.words)}{' '}
          <button
            className="bc-Button"
            type="button"
            onClick={() => start(() => workbench.insert(added.snippet))}
          >
            {trans.__('Insert')}
          </button>
        </p>
      )}
    </form>
  );
}
