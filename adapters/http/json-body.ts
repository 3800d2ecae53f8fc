import * as E from 'fp-ts/lib/Either.js';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import { type Json, parseJson } from '../../domain/encoding/json.js';
import type { RequestError } from './request-error.js';

/** One MiB: more than any evidence needs, and read before anything is parsed. */
export const MOST_BODY_BYTES = 1_048_576;

/** Strict JSON: a key given twice is refused, because two readers could believe different values. */
export const parseBody = (bytes: Uint8Array | undefined): E.Either<RequestError, Json> => {
  if (bytes === undefined || bytes.length === 0) return E.left({ _tag: 'BodyMissing' });
  const text = fromUtf8(bytes);
  return text === undefined ? E.left({ _tag: 'BodyNotUtf8' }) : parseJson(text);
};
