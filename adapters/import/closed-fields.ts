import * as E from 'fp-ts/lib/Either.js';

/** Names of fields in plain words: `trusted ca` is `trusted_ca`, `trustedCa`, `TrustedCA` or `trusted-ca` in a file. */
export interface Fields {
  readonly needed: ReadonlyArray<string>;
  readonly allowed: ReadonlyArray<string>;
}

const bare = (name: string): string => name.replaceAll(/[ _-]/g, '').toLowerCase();

/** As the API spells it. */
export const spelling = (name: string): string => name.replaceAll(' ', '_');

const [MOST_NAMES, MOST_LETTERS] = [12, 48];

/** Of a stranger's file: few, short, and nothing of what the fields hold. */
const named = (names: ReadonlyArray<string>): string => {
  const shown = names.slice(0, MOST_NAMES).map((name) => name.slice(0, MOST_LETTERS));
  const rest = names.length - shown.length;
  return names.length === 0 ? 'none' : `${shown.join(', ')}${rest > 0 ? ` and ${String(rest)} more` : ''}`;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of a foreign object by their plain names, however the file spells them. Left: which there are, and which were expected. */
export const closedFields = (
  value: unknown,
  where: string,
  { needed, allowed }: Fields,
): E.Either<string, ReadonlyMap<string, unknown>> => {
  if (!isObject(value)) return E.left(`${where} must be an object`);
  const known = new Map([...needed, ...allowed].map((name) => [bare(name), name]));
  const found = Object.entries(value).map(([key, each]) => [known.get(bare(key)), each] as const);
  const fields = new Map(found.flatMap(([name, each]) => (name === undefined ? [] : [[name, each] as const])));
  const isWhole = fields.size === found.length && needed.every((name) => fields.has(name));
  const expected = [...needed.map(spelling), ...allowed.map((name) => `${spelling(name)}?`)];
  return isWhole
    ? E.right(fields)
    : E.left(`${where} has the fields ${named(Object.keys(value))}; expected are ${expected.join(', ')}`);
};
