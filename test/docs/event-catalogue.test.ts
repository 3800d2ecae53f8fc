import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type JsonSchema, schemaOf } from '../../adapters/http/json-schema.js';
import { CATALOGUE } from '../../domain/catalogue.js';

/* docs/events.md is made here: `npx vitest run test/docs -u` writes it anew after an event has changed. */

const INTRODUCTION = `# Events

Made from the codecs; a test keeps it true. An event is never changed once it is recorded: a new version gets a new codec
beside the old one, and old events are lifted to it when they are read. Every event comes in the envelope of
[architecture.md](architecture.md#events-and-streams): id, stream, revision, type, version, time, actor, command, basis, the leaf
hash of the event before it, and a signature.
`;

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const lengthOf = (schema: JsonSchema): string => {
  if (schema['contentEncoding'] === 'base64') return 'base64';
  const pattern = asText(schema['pattern'] ?? '');
  const digits = /^\^\[0-9a-f\]\{(\d+)\}\$$/.exec(pattern)?.[1];
  if (digits !== undefined) return `hex of ${String(Number(digits) / 2)} bytes`;
  if (pattern.startsWith('^(?:[0-9a-f]{2})*')) return `hex of up to ${String(Number(schema['maxLength']) / 2)} bytes`;
  if (schema['format'] === 'date-time') return 'instant';
  return schema['maxLength'] === undefined ? 'text' : `text of up to ${asText(schema['maxLength'])}`;
};

const describeSchema = (schema: JsonSchema): string => {
  const choices = (schema['anyOf'] ?? schema['oneOf']) as ReadonlyArray<JsonSchema> | undefined;
  if (choices !== undefined) return choices.map(describeSchema).join(' or ');
  if (schema['const'] !== undefined) return `\`${asText(schema['const'])}\``;
  if (Array.isArray(schema['enum'])) return schema['enum'].map((each) => `\`${asText(each)}\``).join(', ');
  if (schema['type'] === 'array')
    return `up to ${asText(schema['maxItems'])} of: ${describeSchema(schema['items'] as JsonSchema)}`;
  if (schema['type'] === 'string') return lengthOf(schema);
  return asText(schema['title'] ?? schema['type'] ?? 'any');
};

interface Field {
  readonly name: string;
  readonly form: string;
}

const propertiesOf = (schema: JsonSchema): Readonly<Record<string, JsonSchema>> | undefined =>
  schema['properties'] as Readonly<Record<string, JsonSchema>> | undefined;

const fieldsOf = (schema: JsonSchema, path = ''): ReadonlyArray<Field> => {
  const required = new Set(schema['required'] as ReadonlyArray<string> | undefined);
  return Object.entries(propertiesOf(schema) ?? {}).flatMap(([key, inner]) => {
    const name = `${path}${key}${required.has(key) ? '' : '?'}`;
    if (propertiesOf(inner) !== undefined) return fieldsOf(inner, `${name}.`);
    const items = inner['items'] as JsonSchema | undefined;
    if (items !== undefined && propertiesOf(items) !== undefined) return fieldsOf(items, `${name}[].`);
    return [{ name, form: describeSchema(inner) }];
  });
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

const describeEvent = (type: string): string => {
  const kind = CATALOGUE.types.get(type);
  if (kind === undefined) throw new Error(type);
  const fields = fieldsOf(schemaOf(kind.data));
  const rows = fields.map(({ name, form }) => `| \`${cell(name)}\` | ${cell(form)} |`);
  return [`## ${type}`, '', `Version ${String(kind.version)}.`, '', '| data | form |', '|---|---|', ...rows, ''].join(
    '\n',
  );
};

describe('docs/events.md', () => {
  it('describes every kind of event that can be recorded', async () => {
    const types = [...CATALOGUE.types.keys()];
    const text = [INTRODUCTION, ...types.map(describeEvent)].join('\n');
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '..', '..', 'docs', 'events.md'));
  });
});
