/**
 * The form of a notebook's parameters.
 *
 * JupyterLab's own templates draw labels that belong to no control; these do, so that every
 * field has its name, help and error read out with it.
 */
import { useEffect, useRef, useState } from 'react';
import type { JSX } from 'react';
import { FormComponent } from '@jupyterlab/ui-components';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type {
  ArrayFieldTemplateProps,
  ErrorSchema,
  FieldTemplateProps,
  ObjectFieldTemplateProps,
  RJSFSchema,
  RJSFValidationError,
  WidgetProps
} from '@rjsf/utils';
import { JSONExt } from '@lumino/coreutils';
import { descriptionId, errorId } from '@rjsf/utils';
import { customizeValidator } from '@rjsf/validator-ajv8';

import { PanelError, explained } from './api';
import type { ParameterValues } from './tokens';

export interface IParameterFormProps {
  /** JSON Schema (draft-07) of the parameters. */
  readonly schema: RJSFSchema;
  readonly translator: ITranslator;
  /** The parameters most often changed; the others are folded away. All, if it is left out. */
  readonly main?: readonly string[];
  /** What to do with the values; a `PanelError` is shown beside the fields it names. */
  readonly onRun: (values: ParameterValues) => Promise<void>;
  /** As `onRun`, for a run that needs no window; without it there is no such button. */
  readonly onSubmit?: ((values: ParameterValues) => Promise<void>) | undefined;
}

/** A field for each parameter, its error beside it, and a button that runs. */
export function ParameterForm(props: IParameterFormProps): JSX.Element {
  const { schema, main, translator, onRun, onSubmit } = props;
  const trans = translator.load('bluecloud');
  const [values, setValues] = useState<ParameterValues>({});
  const [refused, setRefused] = useState<ErrorSchema<ParameterValues>>({});
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState(0);
  const [submitted, setSubmitted] = useState(false);
  const away = useRef(false); // which of the two buttons was pressed
  const form = useRef<HTMLDivElement>(null);

  /** Say which values are refused, by the parameters' names, and go to the first of them. */
  const refuse = (names: readonly string[]): void => {
    const titles = [...new Set(names)].map(name => titleOf(schema, name));
    const one = '%1 value is not allowed: %2';
    const more = '%1 values are not allowed: %2';
    setReason(trans._n(one, more, titles.length, titles.join(', ')));
    setRefusals(times => times + 1);
  };
  useEffect(() => {
    if (refusals > 0) {
      const timer = setTimeout(() => focusRefused(form.current)); // once the errors are drawn
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [refusals]);

  const run = async (given: ParameterValues): Promise<void> => {
    setBusy(true);
    setReason('');
    setRefused({});
    setSubmitted(false);
    try {
      if (away.current && onSubmit) {
        await onSubmit(given);
        setSubmitted(true);
      } else {
        await onRun(given);
      }
    } catch (error) {
      const fields = error instanceof PanelError ? error.fields : [];
      setRefused(besideFields(fields));
      const known = fields.length > 0 && fields.every(f => f.field in (schema.properties ?? {}));
      if (known) {
        refuse(fields.map(({ field }) => field));
      } else {
        setReason(explained(error));
      }
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="bc-Form" ref={form}>
      <FormComponent
        schema={schema}
        formData={values}
        validator={validator}
        extraErrors={refused}
        formContext={{ main, trans } satisfies IFormContext}
        templates={TEMPLATES}
        widgets={{ CheckboxWidget: Checkbox }}
        transformErrors={errors => errors.map(error => inWords(error, schema, trans))}
        translator={translator}
        disabled={busy}
        liveValidate
        noHtml5Validate
        showErrorList={false}
        onChange={({ formData = {} }) => {
          if (!JSONExt.deepEqual(formData, values)) {
            setValues(formData);
            setRefused({}); // said of the values before
            setReason('');
          }
        }}
        onError={errors => refuse(errors.map(error => pathOf(error)[0] ?? ''))}
        onSubmit={({ formData }) => void run(formData ?? {})}
      >
        <div className="bc-Card-actions">
          <button
            className="bc-Button bc-mod-main"
            type="submit"
            disabled={busy}
            onClick={() => {
              away.current = false;
            }}
          >
            {busy ? trans.__('Starting…') : trans.__('Run')}
          </button>
          {onSubmit && (
            <button
              className="bc-Button"
              type="submit"
              disabled={busy}
              onClick={() => {
                away.current = true;
              }}
            >
              {trans.__('Run without me')}
            </button>
          )}
        </div>
      </FormComponent>
      {submitted && (
        <p className="bc-Note" role="status">
          {trans.__('It is submitted and runs on, whatever you close. See Runs.')}
        </p>
      )}
      {reason && (
        <p className="bc-Problem" role="alert">
          {reason}
        </p>
      )}
    </div>
  );
}

/** The parameter's name as words, where its author gave no title. */
export function readable(name: string): string {
  const words = name.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function besideFields(fields: PanelError['fields']): ErrorSchema<ParameterValues> {
  const told = fields.map(({ field, error, allowed }) => [
    field,
    { __errors: [allowed ? `${error}: ${allowed}` : error] }
  ]);
  return Object.fromEntries(told) as ErrorSchema<ParameterValues>;
}

function titleOf(schema: RJSFSchema, name: string): string {
  const property = schema.properties?.[name];
  return (typeof property === 'object' ? property.title : undefined) ?? readable(name);
}

/** Bring the first refused field into sight, and the person to it. */
function focusRefused(form: HTMLElement | null): void {
  const field = form?.querySelector('.bc-mod-refused');
  field?.closest('details')?.setAttribute('open', '');
  // Of a list, the item that is refused and not the first one.
  const item = field?.querySelector('.bc-mod-refused') ?? field;
  item?.querySelector<HTMLElement>('input, select, textarea, button')?.focus();
}

/** Where in the values an error lies: the parameter's name, then the places in it. */
function pathOf(error: RJSFValidationError): readonly string[] {
  return (error.property ?? '').split('.').filter(Boolean);
}

/** The validator's words with what is allowed, where it does not say it, or not all of it. */
function inWords(
  error: RJSFValidationError,
  schema: RJSFSchema,
  trans: TranslationBundle
): RJSFValidationError {
  const params = error.params as { allowedValues?: unknown[] } | undefined;
  const allowed = params?.allowedValues;
  if (allowed) {
    return { ...error, message: trans.__('must be one of: %1', allowed.join(', ')) };
  }
  if (!BOUNDS.has(error.name ?? '')) {
    return error;
  }
  const bounds = boundsInWords(schemaAt(schema, pathOf(error)), trans);
  return bounds.length ? { ...error, message: trans.__('must be %1', bounds) } : error;
}

const BOUNDS = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']);

/** The schema of one value within the values; an empty one if it is not told plainly. */
function schemaAt(schema: RJSFSchema, path: readonly string[]): RJSFSchema {
  return path.reduce<RJSFSchema>((outer, step) => {
    const { items } = outer;
    const inner = outer.properties?.[step] ?? (Array.isArray(items) ? items[Number(step)] : items);
    return typeof inner === 'object' && !Array.isArray(inner) ? inner : {};
  }, schema);
}

function boundsInWords(schema: RJSFSchema, trans: TranslationBundle): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const told = [
    minimum !== undefined && trans.__('at least %1', minimum),
    exclusiveMinimum !== undefined && trans.__('more than %1', exclusiveMinimum),
    maximum !== undefined && trans.__('at most %1', maximum),
    exclusiveMaximum !== undefined && trans.__('less than %1', exclusiveMaximum)
  ].filter(words => words !== false);
  return told.join(trans.__(' and '));
}

const validator = customizeValidator<ParameterValues>();

/** What the templates need to know of the form they draw. */
interface IFormContext {
  readonly main?: readonly string[] | undefined;
  readonly trans: TranslationBundle;
}

/** The field's name, and its unit where the author gave one. */
function labelled(schema: RJSFSchema, name: string): string {
  const unit: unknown = schema['x-unit'];
  const title = schema.title ?? readable(name);
  return typeof unit === 'string' && unit !== '1' ? `${title} (${unit})` : title;
}

function Field(props: FieldTemplateProps<ParameterValues>): JSX.Element {
  const { id, label, schema, required, hidden, children, rawErrors = [], rawDescription } = props;
  const isGroup = schema.type === 'object' || schema.type === 'array';
  if (hidden || schema.type === 'object') {
    return <>{children}</>;
  }
  const errors = [...new Set(rawErrors)];
  return (
    <div className={`bc-Field ${errors.length ? 'bc-mod-refused' : ''}`}>
      {!isGroup && schema.type !== 'boolean' && (
        <label className="bc-Field-label" htmlFor={id}>
          {labelled(schema, label)}
          {required && <span aria-hidden="true"> *</span>}
        </label>
      )}
      {children}
      {rawDescription && (
        <p className="bc-Field-help" id={descriptionId(id)}>
          {rawDescription}
        </p>
      )}
      {errors.length > 0 && (
        <p className="bc-Field-error" id={errorId(id)} role="alert">
          {errors.join('; ')}
        </p>
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

const TEMPLATES = {
  FieldTemplate: Field,
  ArrayFieldTemplate: ArrayField,
  ObjectFieldTemplate: ObjectField
};
