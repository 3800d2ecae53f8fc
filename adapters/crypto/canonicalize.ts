import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { canonicalizeEx } from 'json-canonicalize';
import type { Json } from '../../domain/encoding/json.js';
import type { Canonicalize } from '../../domain/ports.js';

const DEEPEST = 80;

const unfitObject = (value: object, depth: number): string | undefined => {
  if (depth > DEEPEST) return `must nest at most ${DEEPEST} deep`;
  if (Array.isArray(value)) return firstUnfit(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return 'an object must be a plain record';
  // The library hands anything with this key to JSON.stringify, which does not sort.
  if ('toJSON' in value) return 'an object must not have the key toJSON';
  return firstUnfit(Object.values(value), depth);
};

/** What the library would spell wrongly or can't spell at all; undefined when the value is plain JSON. */
const unfit = (value: unknown, depth: number): string | undefined => {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'a number must be finite';
  return typeof value === 'object' ? unfitObject(value, depth) : `${typeof value} is not JSON`;
};

const firstUnfit = (values: ReadonlyArray<unknown>, depth: number): string | undefined => {
  for (const value of values) {
    const rule = unfit(value, depth + 1);
    if (rule !== undefined) return rule;
  }
  return undefined;
};

const spell = (value: Json): string => canonicalizeEx(value, { strictUndefined: true });

/** The library mistakes one object in two places for a circle: a copy without sharing tells them apart. */
const spellUnshared = (value: Json): E.Either<string, string> =>
  E.tryCatch(
    () => spell(JSON.parse(JSON.stringify(value)) as Json),
    () => 'an object must not contain itself',
  );

/** JSON.stringify writes a lone surrogate, and nothing else, as an escape for a surrogate. */
const hasLoneSurrogate = (text: string): boolean => text.includes('\\ud') && /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(text);

/** RFC 8785 by json-canonicalize, behind a check for what that library lets through. */
export const canonicalize: Canonicalize = (value) => {
  const rule = unfit(value, 0);
  if (rule !== undefined) return E.left(rule);
  return pipe(
    E.tryCatch(
      () => spell(value),
      () => value,
    ),
    E.orElse(spellUnshared),
    E.filterOrElse(
      (text) => !hasLoneSurrogate(text),
      () => 'text must be well-formed Unicode',
    ),
  );
};
