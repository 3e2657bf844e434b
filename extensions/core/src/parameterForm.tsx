/** The form of a notebook's parameters: one value each, or several to be tried. */
import { useEffect, useId, useMemo, useRef, useState } from 'react';
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
import { emptied, heldToRules } from './formRules';
import { besideFields, focusRefused, inWords, pathOf, titleOf } from './refusals';
import { Submitted } from './submitted';
import type { ISubmit } from './submitted';
import { sweepOf } from './sweep';
import type { Written } from './sweep';
import type { IWorkbench, ParameterValues, SweepValues } from './tokens';
import type { Run } from './wire';

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
  readonly onSubmit?:
    | ((values: ParameterValues, sweep?: SweepValues) => Promise<readonly Run[]>)
    | undefined;
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
  const [submitted, setSubmitted] = useState<ISubmit | null>(null);
  const away = useRef(false); // which of the two buttons was pressed
  const form = useRef<HTMLDivElement>(null);
  const id = useId();
  const [written, setWritten] = useState<Written>({});
  const [wrong, setWrong] = useState<readonly string[]>([]); // parameters with such a value
  const uiSchema = useMemo(
    () => ({ ...emptied(schema), ...(workbench ? boxesOf(schema) : {}) }),
    [schema, workbench]
  );
  const most = workbench?.laboratory.most_runs ?? 1;
  const sweep = sweepOf(written, schema, most, trans);
  const isSweep = Object.keys(written).length > 0;
  // The one value of a parameter that is swept is not run.
  const hindering = [
    ...Object.keys(sweep.problems),
    ...wrong.filter(name => !(name in written))
  ].map(name => titleOf(schema, name));
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
    setSubmitted(null);
    try {
      if (away.current && onSubmit) {
        const runs = await (isSweep ? onSubmit(given, sweep.values) : onSubmit(given));
        setSubmitted({ runs, at: new Date() });
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
        customValidate={(given, errors) =>
          heldToRules(given ?? {}, errors, schema, Object.keys(written), trans)
        }
        transformErrors={errors => errors.map(error => inWords(error, schema, trans))}
        translator={translator}
        disabled={busy}
        liveValidate
        noHtml5Validate
        showErrorList={false}
        onChange={({ formData = {}, errors }) => {
          setWrong([...new Set(errors.map(error => pathOf(error)[0] ?? ''))]);
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
          <p
            className={hindering.length > 0 || sweep.count > most ? 'bc-Problem' : 'bc-Note'}
            role="status"
            id={`${id}-count`}
          >
            {hindering.length > 0
              ? trans.__('Nothing is submitted while there is a wrong value: %1.', hindering.join(', '))
              : countInWords(sweep.values, sweep.count, most, trans)}
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
              disabled={busy || (isSweep && (sweep.count > most || hindering.length > 0))}
              aria-describedby={isSweep ? `${id}-count` : undefined}
              onClick={() => {
                away.current = true;
              }}
            >
              {!isSweep
                ? trans.__('Run without me')
                : hindering.length > 0
                  ? trans.__('Submit')
                  : trans._n('Submit %1 run', 'Submit %1 runs', sweep.count)}
            </button>
          )}
        </div>
      </FormComponent>
      {onSubmit && <Submitted submit={submitted} trans={trans} workbench={workbench} />}
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
  return trans._n(
    '%1 run; at most %3 can be.',
    '%1 runs%2, one for each combination; at most %3 can be.',
    count,
    product,
    most
  );
}

const validator = customizeValidator<ParameterValues>();
