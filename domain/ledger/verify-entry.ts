import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromBase64 } from '../encoding/bytes.js';
import type { StoredEntry } from '../ports.js';
import { signingInput } from './canonical-form.js';
import type { ChainFault, ChainTip, Place } from './chain.js';
import type { Envelope } from './envelope.js';
import { eventId } from './event-id.js';
import { type Keyring, maySign } from './keyring.js';
import { leafOf } from './leaf.js';
import type { EntryEngines } from './ledger.js';
import { type ReadEntry, readEntry } from './read-entry.js';

/** An entry that continues its stream; `tip` is what the next one must continue. */
export interface LinkedEntry extends ReadEntry {
  readonly stored: StoredEntry;
  readonly tip: ChainTip;
}

const placeOf = (stored: StoredEntry): Place => ({
  index: stored.index,
  stream: stored.stream,
  revision: stored.revision,
});

const ordinalAfter = (previous: ChainTip | null, command: string): number =>
  previous?.command === command ? previous.ordinal + 1 : 0;

const linkFault = (stored: StoredEntry, envelope: Envelope, previous: ChainTip | null): ChainFault | undefined => {
  const at = placeOf(stored);
  const expected = (previous?.revision ?? -1) + 1;
  if (envelope.stream !== stored.stream) return { _tag: 'ForeignStream', at, found: envelope.stream };
  if (stored.revision !== expected) return { _tag: 'RevisionGap', at, expected, found: stored.revision };
  if (envelope.revision !== expected) return { _tag: 'RevisionGap', at, expected, found: envelope.revision };
  if (envelope.previous !== (previous?.leaf ?? null)) return { _tag: 'PreviousMismatch', at };
  if (previous !== null && envelope.recordedAt < previous.recordedAt) {
    return { _tag: 'TimeWentBack', at, earlier: previous.recordedAt, found: envelope.recordedAt };
  }
  return undefined;
};

const idFault = (stored: StoredEntry, envelope: Envelope, expected: string): ChainFault | undefined => {
  const found = stored.id === expected ? envelope.id : stored.id;
  return found === expected ? undefined : { _tag: 'IdMismatch', at: placeOf(stored), expected, found };
};

/** Checks form, place, id, time and the chain. Whoever signed a later event of the stream vouched for these bytes too. */
export const linkEntry = (
  engines: EntryEngines,
  stored: StoredEntry,
  previous: ChainTip | null,
): E.Either<ChainFault, LinkedEntry> =>
  pipe(
    readEntry(engines.canonicalize, stored),
    E.flatMap(({ envelope, halves }) => {
      const ordinal = ordinalAfter(previous, envelope.command);
      const fault =
        linkFault(stored, envelope, previous) ??
        idFault(stored, envelope, eventId(engines.hashing, envelope.stream, envelope.command, ordinal));
      if (fault !== undefined) return E.left(fault);
      const { revision, recordedAt, command } = envelope;
      const leaf = leafOf(engines.hashing, stored.bytes);
      return E.right({ envelope, halves, stored, tip: { revision, leaf, recordedAt, command, ordinal } });
    }),
  );

/** Checks that a key which may sign at this place made the signature. */
export const verifySignature = (
  engines: EntryEngines,
  entry: ReadEntry & { readonly stored: StoredEntry },
  keyring: Keyring,
): E.Either<ChainFault, true> => {
  const at = placeOf(entry.stored);
  const { kid, sig, stream } = entry.envelope;
  const key = keyring.get(kid);
  if (key === undefined) return E.left({ _tag: 'UnknownKey', at, kid });
  if (!maySign(key, stream, at.index)) return E.left({ _tag: 'KeyNotValidHere', at, kid });
  return engines.verifyEd25519(key.publicKey, signingInput(entry.halves), fromBase64(sig))
    ? E.right(true)
    : E.left({ _tag: 'SignatureInvalid', at, kid });
};

/** Everything about one stored entry: form, place, chain, id, time, key and signature. `previous` is null for a first event. */
export const verifyEntry = (
  engines: EntryEngines,
  check: { readonly stored: StoredEntry; readonly previous: ChainTip | null; readonly keyring: Keyring },
): E.Either<ChainFault, LinkedEntry> =>
  pipe(
    linkEntry(engines, check.stored, check.previous),
    E.flatMap((entry) =>
      pipe(
        verifySignature(engines, entry, check.keyring),
        E.map(() => entry),
      ),
    ),
  );
