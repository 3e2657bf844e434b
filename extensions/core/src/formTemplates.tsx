/**
 * How the fields of a notebook's parameters are drawn.
 *
 * JupyterLab's own templates draw labels that belong to no control; these do, so that every
 * field has its name, help and error read out with it.
 */
import type { JSX } from 'react';
import type {
  ArrayFieldTemplateProps,
  FieldTemplateProps,
  ObjectFieldTemplateProps,
  RJSFSchema,
  WidgetProps
} from '@rjsf/utils';
import { descriptionId, errorId } from '@rjsf/utils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { readable } from './readable';
import { SweepField } from './sweepField';
import type { ISweepContext } from './sweepField';
import type { IWorkbench, ParameterValues } from './tokens';

/** What the templates need to know of the form they draw. */
export interface IFormContext {
  readonly main?: readonly string[] | undefined;
  readonly trans: TranslationBundle;
  /** Draws maps; without it a box is four numbers. */
  readonly workbench?: IWorkbench | undefined;
  /** Where parameters can have several values. */
  readonly sweep?: ISweepContext | undefined;
}

/** The field's name, and its unit where the author gave one. */
export function labelled(schema: RJSFSchema, name: string): string {
  const unit: unknown = schema['x-unit'];
  const title = schema.title ?? readable(name);
  return typeof unit === 'string' && unit !== '1' ? `${title} (${unit})` : title;
}

type FieldProps = FieldTemplateProps<ParameterValues, RJSFSchema, IFormContext>;

function Field(props: FieldProps): JSX.Element {
  const { id, label, schema, required, hidden, children, rawErrors = [], rawDescription } = props;
  const isGroup = schema.type === 'object' || schema.type === 'array';
  if (hidden || schema.type === 'object') {
    return <>{children}</>;
  }
  const errors = [...new Set(rawErrors)];
  const fileHelp =
    schema.format === 'file-path' && props.formContext?.trans.__('Its path from your home, as data/sst.nc');
  const sweep = props.formContext?.sweep;
  const name = sweep?.names.find(each => id === `root_${each}`);
  return (
    <div className={`bc-Field ${errors.length ? 'bc-mod-refused' : ''}`}>
      {!isGroup && schema.type !== 'boolean' && (
        <label className="bc-Field-label" htmlFor={id}>
          {labelled(schema, label)}
          {required && <span aria-hidden="true"> *</span>}
        </label>
      )}
      {children}
      {(rawDescription ?? fileHelp) && (
        <p className="bc-Field-help" id={descriptionId(id)}>
          {[rawDescription, fileHelp].filter(Boolean).join('. ')}
        </p>
      )}
      {errors.length > 0 && (
        <p className="bc-Field-error" id={errorId(id)} role="alert">
          {errors.join('; ')}
        </p>
      )}
      {sweep && name !== undefined && (
        <SweepField
          name={name}
          label={labelled(schema, label)}
          schema={schema}
          present={props.formData}
          sweep={sweep}
        />
      )}
    </div>
  );
}

/** A check box whose words come after it; rjsf's has its help in between. */
function Checkbox(props: WidgetProps<ParameterValues>): JSX.Element {
  const { id, label, schema, disabled, onChange } = props;
  const value: unknown = props.value;
  return (
    <label className="bc-Field-check" htmlFor={id}>
      <input
        id={id}
        type="checkbox"
        checked={value === true}
        disabled={disabled}
        aria-describedby={`${errorId(id)} ${descriptionId(id)}`}
        onChange={event => onChange(event.target.checked)}
      />
      {labelled(schema, label)}
    </label>
  );
}

function ArrayField(props: ArrayFieldTemplateProps<ParameterValues>): JSX.Element {
  const { idSchema, title, schema, items, canAdd, onAddClick, disabled } = props;
  const fixed = Array.isArray(schema.items);
  return (
    <fieldset className="bc-Field-list" id={idSchema.$id} data-fixed={fixed}>
      <legend className="bc-Field-label">{labelled(schema, title)}</legend>
      {items.map(item => (
        <div className="bc-Field-item" key={item.key}>
          {item.children}
          {item.hasRemove && (
            <button
              className="bc-Button"
              type="button"
              disabled={disabled}
              aria-label={`− ${item.index + 1}`}
              onClick={item.onDropIndexClick(item.index)}
            >
              −
            </button>
          )}
        </div>
      ))}
      {canAdd && (
        <button
          className="bc-Button"
          type="button"
          disabled={disabled}
          aria-label={`+ ${labelled(schema, title)}`}
          onClick={onAddClick}
        >
          +
        </button>
      )}
    </fieldset>
  );
}

type ObjectFieldProps = ObjectFieldTemplateProps<ParameterValues, RJSFSchema, IFormContext>;

function ObjectField({ properties, formContext, errorSchema }: ObjectFieldProps): JSX.Element {
  const { main, trans } = formContext ?? {};
  const first = properties.filter(({ name }) => main?.includes(name) ?? true);
  const others = properties.filter(property => !first.includes(property));
  if (first.length === 0 || others.length === 0) {
    return <>{properties.map(property => property.content)}</>;
  }
  // What is refused is never out of sight.
  const refused = others.some(({ name }) => errorSchema?.[name] !== undefined);
  return (
    <>
      {first.map(property => property.content)}
      <details className="bc-Form-more" open={refused || undefined}>
        <summary>{trans?._n('%1 more parameter', '%1 more parameters', others.length)}</summary>
        {others.map(property => property.content)}
      </details>
    </>
  );
}

export const TEMPLATES = {
  FieldTemplate: Field,
  ArrayFieldTemplate: ArrayField,
  ObjectFieldTemplate: ObjectField
};

export const WIDGETS = { CheckboxWidget: Checkbox };
