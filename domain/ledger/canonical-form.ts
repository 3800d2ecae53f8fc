import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { utf8 } from '../encoding/bytes.js';
import type { Json } from '../encoding/json.js';
import type { Canonicalize } from '../ports.js';
import type { Envelope } from './envelope.js';

export type UnsignedEnvelope = Omit<Envelope, 'sig'>;

/** The canonical text up to and behind the place of `sig`, which RFC 8785's order puts between `revision` and `stream`. */
export interface CanonicalHalves {
  readonly head: string;
  readonly tail: string;
}

/** Data that came out of JSON or out of a codec for JSON; the port refuses anything else. */
const asJson = (value: unknown): Json => value as Json;

/** One pass over the data serves both the signed text and the stored one. */
export const canonicalHalves = (
  canonicalize: Canonicalize,
  envelope: UnsignedEnvelope,
): E.Either<string, CanonicalHalves> => {
  const { actor, basis, command, data, id, kid, previous, recordedAt, revision } = envelope;
  const { stream, type, typeVersion, v } = envelope;
  return pipe(
    E.Do,
    E.bind('head', () => canonicalize(asJson({ actor, basis, command, data, id, kid, previous, recordedAt, revision }))),
    E.bind('tail', () => canonicalize({ stream, type, typeVersion, v })),
    E.map(({ head, tail }) => ({ head: head.slice(0, -1), tail: tail.slice(1) })),
  );
};

const SIGNING_PREFIX = 'sekisho/event/v1\u0000';

/** What `sig` is over: a prefix that no other statement of ours begins with, and the canonical text without `sig`. */
export const signingInput = (halves: CanonicalHalves): Uint8Array =>
  utf8(`${SIGNING_PREFIX}${halves.head},${halves.tail}`);

/** The text that is stored. `sig` is base64, which needs no escaping. */
export const entryText = (halves: CanonicalHalves, sig: string): string =>
  `${halves.head},"sig":"${sig}",${halves.tail}`;
