import * as E from 'fp-ts/lib/Either.js';
import { checkJson, type JsonError } from './json-grammar.js';

export type { JsonError } from './json-grammar.js';

/** What a canonical document may hold. Integers beyond 2^53 travel as decimal strings. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json };

/**
 * Strict JSON (RFC 8259, I-JSON strings): duplicate keys, lone surrogates and deep nesting are refused before the
 * platform's parser could hide them. The caller bounds the size.
 */
export const parseJson = (text: string): E.Either<JsonError, Json> => {
  const fault = checkJson(text);
  return fault === undefined
    ? E.tryCatch(
        () => JSON.parse(text) as Json,
        () => ({ _tag: 'JsonError', at: 0, rule: 'must be JSON' }),
      )
    : E.left(fault);
};
