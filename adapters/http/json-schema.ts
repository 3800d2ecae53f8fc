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
  [
    /^Pcrs\(/,
    () => ({
      type: 'object',
      propertyNames: { enum: ['sha1', 'sha256', 'sha384', 'sha512', 'sm3_256'] },
      additionalProperties: { type: 'object', additionalProperties: { type: 'string', pattern: '^(?:[0-9a-f]{2})*$' } },
    }),
  ],
  [
    /^ScopePart/,
    () => ({
      type: 'string',
      pattern:
        '^(?:cluster|key-provider)/[A-Za-z0-9][A-Za-z0-9._-]{0,127}$|^host/[A-Za-z0-9][A-Za-z0-9._-]{0,127}[*]?$',
    }),
  ],
  [/^(?:HostId|ClusterId)/, () => ({ type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' })],
  [/^Hostname/, () => ({ type: 'string', minLength: 1, maxLength: 253 })],
  [/^Port/, () => ({ type: 'integer', minimum: 1, maximum: 65_535 })],
  [/^Subject\(/, () => ({ type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$' })],
  [/^Account\(/, () => ({ type: 'string', pattern: '^[a-z][a-z0-9-]{0,31}:[\\u0021-\\u007e]{1,95}$' })],
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
const isOptional = (codec: Described | undefined): boolean =>
  codec?._tag === 'UnionType' && (codec.types ?? []).some(isAbsence);

interface Fields {
  readonly props: Readonly<Record<string, Described>>;
  readonly required: ReadonlyArray<string>;
}

/** The fields of an object codec, through refinements and intersections; undefined for what is none. */
const fieldsOf = (codec: Described): Fields | undefined => {
  switch (codec._tag ?? '') {
    case 'InterfaceType': {
      const props = codec.props ?? {};
      return { props, required: Object.keys(props).filter((key) => !isOptional(props[key])) };
    }
    case 'PartialType':
      return { props: codec.props ?? {}, required: [] };
    case 'RefinementType':
      return codec.type === undefined ? undefined : fieldsOf(codec.type);
    case 'IntersectionType': {
      const parts = (codec.types ?? []).map(fieldsOf);
      return parts.reduce((sum, part) =>
        sum === undefined || part === undefined
          ? undefined
          : { props: { ...sum.props, ...part.props }, required: [...sum.required, ...part.required] },
      );
    }
    default:
      return undefined;
  }
};

const object = ({ props, required }: Fields, extra: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(props).map(([key, prop]) => [key, schemaOf(prop)])),
  ...(required.length === 0 ? {} : { required }),
  ...extra,
});

const union = (codec: Described): JsonSchema => {
  const present = (codec.types ?? []).filter((member) => !isAbsence(member));
  const [only, ...others] = present.map(schemaOf);
  if (only !== undefined && others.length === 0) return only;
  return { anyOf: [only, ...others] };
};

/**
 * What a codec accepts; the codec stays the only source. A refinement over an object is one of ours that refuses unknown keys
 * (`closed`).
 */
export const schemaOf = (codec: Described): JsonSchema => {
  const fields = fieldsOf(codec);
  if (fields !== undefined) {
    return object(fields, codec._tag === 'RefinementType' ? { title: codec.name, additionalProperties: false } : {});
  }
  switch (codec._tag ?? '') {
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
    case 'RefinementType':
      return codec.type === undefined ? {} : schemaOf(codec.type);
    default:
      return named(codec);
  }
};

/** The parameters of an object codec with whether each must be given. */
export const parametersOf = (
  codec: t.Mixed,
): ReadonlyArray<{ readonly name: string; readonly required: boolean; readonly schema: JsonSchema }> => {
  const { props, required } = fieldsOf(codec) ?? { props: {}, required: [] };
  return Object.entries(props).map(([name, prop]) => ({
    name,
    required: required.includes(name),
    schema: schemaOf(prop),
  }));
};
