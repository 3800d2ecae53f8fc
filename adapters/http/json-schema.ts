import type * as t from 'io-ts';

/** JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** io-ts' own description of a codec; only what the conversion reads. */
interface Described {
  readonly _tag?: string;
  readonly name: string;
  readonly props?: Readonly<Record<string, Described>>;
  readonly type?: Described;
  readonly types?: ReadonlyArray<Described>;
  readonly codomain?: Described;
  readonly keys?: Readonly<Record<string, unknown>>;
  readonly value?: unknown;
  readonly item?: Described;
}

const BASE64 = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';
const INSTANT = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$';

/** Codecs of ours that io-ts knows nothing about say by their name what they accept. */
const BY_NAME: ReadonlyArray<readonly [RegExp, (size: number) => JsonSchema]> = [
  [/^Text\((\d+)\)$/, (most) => ({ type: 'string', minLength: 1, maxLength: most })],
  [/^Hex\((\d+) bytes\)$/, (size) => ({ type: 'string', pattern: `^[0-9a-f]{${String(2 * size)}}$` })],
  [/^Hex\(at most (\d+) bytes\)$/, (most) => ({ type: 'string', pattern: '^(?:[0-9a-f]{2})*$', maxLength: 2 * most })],
  [
    /^Base64\(at most (\d+) bytes\)$/,
    (most) => ({
      type: 'string',
      contentEncoding: 'base64',
      pattern: BASE64,
      minLength: 4,
      maxLength: 4 * Math.ceil(most / 3),
    }),
  ],
  [/^Instant$/, () => ({ type: 'string', format: 'date-time', pattern: INSTANT })],
  [/^Uint64$/, () => ({ type: 'string', pattern: '^(?:0|[1-9]\\d{0,19})$' })],
  [/^SafeInt$/, () => ({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER })],
  [/^SafeIntText$/, () => ({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER })],
  [/^Uuid$/, () => ({ type: 'string', format: 'uuid' })],
];

const named = (codec: Described): JsonSchema => {
  for (const [pattern, schema] of BY_NAME) {
    const match = pattern.exec(codec.name);
    if (match !== null) return schema(Number(match[1] ?? 0));
  }
  const list = /^List\(at most (\d+)\)$/.exec(codec.name);
  if (list === null) return { type: 'string', title: codec.name };
  return { type: 'array', items: codec.item === undefined ? {} : schemaOf(codec.item), maxItems: Number(list[1]) };
};

const isAbsence = (codec: Described): boolean => codec._tag === 'UndefinedType';
const isOptional = (codec: Described): boolean => codec._tag === 'UnionType' && (codec.types ?? []).some(isAbsence);

const object = (codec: Described, extra: JsonSchema): JsonSchema => {
  const props = Object.entries(codec.props ?? {});
  const required = codec._tag === 'PartialType' ? [] : props.filter(([, prop]) => !isOptional(prop)).map(([key]) => key);
  return {
    type: 'object',
    properties: Object.fromEntries(props.map(([key, prop]) => [key, schemaOf(prop)])),
    ...(required.length === 0 ? {} : { required }),
    ...extra,
  };
};

const union = (codec: Described): JsonSchema => {
  const present = (codec.types ?? []).filter((member) => !isAbsence(member));
  const [only, ...others] = present.map(schemaOf);
  if (only !== undefined && others.length === 0) return only;
  return { anyOf: [only, ...others] };
};

/** What a codec accepts. A refinement over an object is one of ours that refuses unknown keys (`closed`). */
const schemaOf = (codec: Described): JsonSchema => {
  switch (codec._tag) {
    case 'StringType':
      return { type: 'string' };
    case 'NumberType':
      return { type: 'number' };
    case 'BooleanType':
      return { type: 'boolean' };
    case 'NullType':
      return { type: 'null' };
    case 'UnknownType':
      return {};
    case 'AnyDictionaryType':
      return { type: 'object' };
    case 'LiteralType':
      return { const: codec.value };
    case 'KeyofType':
      return { type: 'string', enum: Object.keys(codec.keys ?? {}) };
    case 'InterfaceType':
    case 'PartialType':
      return object(codec, {});
    case 'UnionType':
      return union(codec);
    case 'IntersectionType':
      return { allOf: (codec.types ?? []).map(schemaOf) };
    case 'ArrayType':
    case 'ReadonlyArrayType':
      return { type: 'array', items: codec.type === undefined ? {} : schemaOf(codec.type) };
    case 'DictionaryType':
      return { type: 'object', additionalProperties: codec.codomain === undefined ? {} : schemaOf(codec.codomain) };
    case 'ReadonlyType':
      return codec.type === undefined ? {} : schemaOf(codec.type);
    case 'RefinementType':
      return codec.type?._tag === 'InterfaceType'
        ? object(codec.type, { title: codec.name, additionalProperties: false })
        : codec.type === undefined
          ? {}
          : schemaOf(codec.type);
    default:
      return named(codec);
  }
};

/** The schema of what a codec accepts; the codec stays the only source. */
export const jsonSchemaOf = (codec: t.Mixed): JsonSchema => schemaOf(codec as unknown as Described);

/** The parameters of an object codec with whether each must be given. */
export const parametersOf = (
  codec: t.Mixed,
): ReadonlyArray<{ readonly name: string; readonly required: boolean; readonly schema: JsonSchema }> => {
  const described = codec as unknown as Described;
  const props = described.props ?? described.type?.props ?? {};
  return Object.entries(props).map(([name, prop]) => ({ name, required: !isOptional(prop), schema: schemaOf(prop) }));
};
