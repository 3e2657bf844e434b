/** The form of a notebook's parameters: one value each, or several to be tried. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { JSX } from 'react';
import { FormComponent } from '@jupyterlab/ui-components';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type { ErrorSchema, RJSFSchema } from '@rjsf/utils';
import { JSONExt } from '@lumino/coreutils';
import { customizeValidator } from '@rjsf/validator-ajv8';

import { PanelError, explained } from './api';
import { BOX_FIELDS, boxesOf } from './boxField';
import { TEMPLATES, WIDGETS } from './formTemplates';
import type { IFormContext } from './formTemplates';
import { besideFields, focusRefused, inWords, pathOf, titleOf } from './refusals';
import { sweepOf } from './sweep';
import type { Written } from './sweep';
import type { IWorkbench, ParameterValues, SweepValues } from './tokens';

export interface IParameterFormProps {
  /** JSON Schema (draft-07) of the parameters. */
  readonly schema: RJSFSchema;
  readonly translator: ITranslator;
  /** Where the form is: with it boxes are drawn on a map, and a submit can be a sweep. */
  readonly workbench?: IWorkbench;
  /** The parameters most often changed; the others are folded away. All, if it is left out. */
  readonly main?: readonly string[];
  /** What to do with the values; a `PanelError` is shown beside the fields it names. */
  readonly onRun: (values: ParameterValues) => Promise<void>;
  /** As `onRun`, for a run that needs no window; without it there is no such button. */
  readonly onSubmit?: ((values: ParameterValues, sweep?: SweepValues) => Promise<void>) | undefined;
}

/** A field for each parameter, its error beside it, and a button that runs. */
export function ParameterForm(props: IParameterFormProps): JSX.Element {
  const { schema, main, translator, workbench, onRun, onSubmit } = props;
  const trans = translator.load('bluecloud');
  const [values, setValues] = useState<ParameterValues>({});
  const [refused, setRefused] = useState<ErrorSchema<ParameterValues>>({});
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState(0);
  const [submitted, setSubmitted] = useState(false);
  const away = useRef(false); // which of the two buttons was pressed
  const form = useRef<HTMLDivElement>(null);
  const [written, setWritten] = useState<Written>({});
  const uiSchema = useMemo(() => (workbench ? boxesOf(schema) : {}), [schema, workbench]);
  const most = workbench?.laboratory.most_runs ?? 1;
  const sweep = sweepOf(written, schema, most, trans);
  const isSweep = Object.keys(written).length > 0;
  const context: IFormContext = {
    main,
    trans,
    workbench,
    sweep: workbench &&
      onSubmit && {
        names: Object.keys(schema.properties ?? {}),
        written,
        problems: sweep.problems,
        trans,
        write: (name, one) =>
          setWritten(({ [name]: _before, ...others }) => (one ? { ...others, [name]: one } : others))
      }
  };

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
        await (isSweep ? onSubmit(given, sweep.values) : onSubmit(given));
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
        formContext={context}
        uiSchema={uiSchema}
        fields={BOX_FIELDS}
        templates={TEMPLATES}
        widgets={WIDGETS}
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
        {isSweep && (
          <p className={sweep.count > most ? 'bc-Problem' : 'bc-Note'} role="status">
            {countInWords(sweep.values, sweep.count, most, trans)}
          </p>
        )}
        <div className="bc-Card-actions">
          {!isSweep && (
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
          )}
          {onSubmit && (
            <button
              className={`bc-Button ${isSweep ? 'bc-mod-main' : ''}`}
              type="submit"
              disabled={
                busy || (isSweep && (sweep.count > most || Object.keys(sweep.problems).length > 0))
              }
              onClick={() => {
                away.current = true;
              }}
            >
              {isSweep
                ? trans._n('Submit %1 run', 'Submit %1 runs', sweep.count)
                : trans.__('Run without me')}
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

/** How many runs a sweep makes, and of what: 3 × 2. */
function countInWords(
  values: SweepValues,
  count: number,
  most: number,
  trans: TranslationBundle
): string {
  const each = Object.values(values).map(one => one.length);
  const product = each.length > 1 ? ` (${each.join(' × ')})` : '';
  return trans.__('%1 runs%2, one for each combination; at most %3 can be.', count, product, most);
}

const validator = customizeValidator<ParameterValues>();
