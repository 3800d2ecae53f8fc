import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromUtf8 } from '../encoding/bytes.js';
import { decode } from '../encoding/explain.js';
import { checkJson, DUPLICATE_KEY } from '../encoding/json-grammar.js';
import type { Canonicalize, StoredEntry } from '../ports.js';
import { type CanonicalHalves, canonicalHalves, entryText } from './canonical-form.js';
import type { ChainFault, Place } from './chain.js';
import { Envelope, MOST_ENTRY_BYTES } from './envelope.js';

/** An entry whose bytes are exactly the canonical form of `envelope`. Nothing vouches for it yet. */
export interface ReadEntry {
  readonly envelope: Envelope;
  readonly halves: CanonicalHalves;
}

const envelopeCodec = decode(Envelope);

/** Behind a comparison with the canonical text, duplicate keys and odd spellings can't pass: the plain parser is enough. */
const parseText = (text: string): E.Either<string, unknown> =>
  E.tryCatch(
    () => JSON.parse(text) as unknown,
    () => 'must be JSON',
  );

/** Names what hides behind a difference from the canonical text. */
const notCanonical = (at: Place, text: string): ChainFault => {
  const strict = checkJson(text);
  return strict?.rule === DUPLICATE_KEY
    ? { _tag: 'DuplicateKey', at, offset: strict.at }
    : { _tag: 'NotCanonical', at, rule: 'must be spelt as RFC 8785 says' };
};

const sameText = (
  canonicalize: Canonicalize,
  at: Place,
  text: string,
  envelope: Envelope,
): E.Either<ChainFault, ReadEntry> =>
  pipe(
    canonicalHalves(canonicalize, envelope),
    E.mapLeft((rule): ChainFault => ({ _tag: 'NotCanonical', at, rule })),
    E.flatMap((halves) =>
      entryText(halves, envelope.sig) === text ? E.right({ envelope, halves }) : E.left(notCanonical(at, text)),
    ),
  );

/** Reads stored bytes as an envelope, and refuses any spelling but the canonical one. */
export const readEntry = (canonicalize: Canonicalize, stored: StoredEntry): E.Either<ChainFault, ReadEntry> => {
  const at: Place = { index: stored.index, stream: stored.stream, revision: stored.revision };
  const size = stored.bytes.length;
  if (size > MOST_ENTRY_BYTES) return E.left({ _tag: 'EntryTooLarge', at, size });
  const text = fromUtf8(stored.bytes);
  if (text === undefined) return E.left({ _tag: 'NotCanonical', at, rule: 'must be UTF-8' });
  return pipe(
    parseText(text),
    E.mapLeft((rule): ChainFault => ({ _tag: 'NotCanonical', at, rule })),
    E.flatMap((value) =>
      pipe(
        envelopeCodec(value),
        E.mapLeft((error): ChainFault => {
          const fault = notCanonical(at, text);
          return fault._tag === 'DuplicateKey' ? fault : { _tag: 'EnvelopeInvalid', at, faults: error.faults };
        }),
      ),
    ),
    E.flatMap((envelope) => sameText(canonicalize, at, text, envelope)),
  );
};
