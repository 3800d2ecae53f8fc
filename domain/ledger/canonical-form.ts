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

/** ECMAScript's spelling of a string is RFC 8785's (3.2.2.2). Only for texts whose codec wants well-formed Unicode. */
const spelt = (text: string): string => JSON.stringify(text);

/**
 * One pass over the data serves both the signed text and the stored one. What is a record goes through the port; the
 * envelope's own keys stand here in their order, since spelling them by the general way is half of its cost.
 */
export const canonicalHalves = (
  canonicalize: Canonicalize,
  envelope: UnsignedEnvelope,
): E.Either<string, CanonicalHalves> => {
  const { command, id, kid, previous, recordedAt, revision, stream, type, typeVersion } = envelope;
  return pipe(
    canonicalize(asJson({ actor: envelope.actor, basis: envelope.basis, command, data: envelope.data })),
    E.map((records) => ({
      head: `${records.slice(0, -1)},"id":"${id}","kid":${spelt(kid)},"previous":${previous === null ? 'null' : `"${previous}"`},"recordedAt":"${recordedAt}","revision":${String(revision)}`,
      tail: `"stream":"${stream}","type":${spelt(type)},"typeVersion":${String(typeVersion)},"v":1}`,
    })),
  );
};

const SIGNING_PREFIX = 'sekisho/event/v1\u0000';

/** What `sig` is over: a prefix that no other statement of ours begins with, and the canonical text without `sig`. */
export const signingInput = (halves: CanonicalHalves): Uint8Array =>
  utf8(`${SIGNING_PREFIX}${halves.head},${halves.tail}`);

/** The text that is stored. `sig` is base64, which needs no escaping. */
export const entryText = (halves: CanonicalHalves, sig: string): string =>
  `${halves.head},"sig":"${sig}",${halves.tail}`;
