import type { Analysis, Entry } from './wire';

type Schema = Analysis['form'];

/** The parameter that names a catalogue entry, in a laboratory's notebooks. */
const PARAMETER = 'entry';

/** The schema with the entry chosen by title and period, where it asks for one by name. */
export function withEntries(schema: Schema, entries: readonly Entry[]): Schema {
  const asked = schema.properties?.[PARAMETER];
  if (typeof asked !== 'object' || asked.type !== 'string') {
    return schema;
  }
  const allowed = asked.enum ?? entries.map(entry => entry.name);
  const offered = entries.filter(entry => allowed.includes(entry.name));
  if (offered.length === 0) {
    return schema;
  }
  const { enum: _names, ...rest } = asked;
  const named = { ...rest, oneOf: offered.map(entry => ({ const: entry.name, title: titled(entry) })) };
  return { ...schema, properties: { ...schema.properties, [PARAMETER]: named } };
}

function titled({ title, extent }: Entry): string {
  const [first, last] = extent.time;
  return `${title} (${first.slice(0, 4)}–${last?.slice(0, 4) ?? ''})`;
}
