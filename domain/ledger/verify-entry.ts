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

/** What the chain is about in an envelope. */
export type Links = Pick<Envelope, 'stream' | 'revision' | 'previous' | 'recordedAt' | 'id' | 'command'>;

export const placeOf = (stored: StoredEntry): Place => ({
  index: stored.index,
  stream: stored.stream,
  revision: stored.revision,
});

const ordinalAfter = (previous: ChainTip | null, command: string): number =>
  previous?.command === command ? previous.ordinal + 1 : 0;

const linkFault = (stored: StoredEntry, envelope: Links, previous: ChainTip | null): ChainFault | undefined => {
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

const idFault = (stored: StoredEntry, envelope: Links, expected: string): ChainFault | undefined => {
  const found = stored.id === expected ? envelope.id : stored.id;
  return found === expected ? undefined : { _tag: 'IdMismatch', at: placeOf(stored), expected, found };
};

/** Checks place, id, time and the chain of an entry whose form was checked. `leaf` and `idAt` are made of its own bytes. */
export const continueChain = (
  stored: StoredEntry,
  links: Links,
  previous: ChainTip | null,
  { leaf, idAt }: { readonly leaf: () => string; readonly idAt: (ordinal: number) => string },
): E.Either<ChainFault, ChainTip> => {
  const { revision, recordedAt, command } = links;
  const ordinal = ordinalAfter(previous, command);
  const fault = linkFault(stored, links, previous) ?? idFault(stored, links, idAt(ordinal));
  return fault === undefined ? E.right({ revision, leaf: leaf(), recordedAt, command, ordinal }) : E.left(fault);
};

/** Checks form, place, id, time and the chain. Whoever signed a later event of the stream vouched for these bytes too. */
export const linkEntry = (
  engines: EntryEngines,
  stored: StoredEntry,
  previous: ChainTip | null,
): E.Either<ChainFault, LinkedEntry> =>
  pipe(
    readEntry(engines.canonicalize, stored),
    E.flatMap(({ envelope, halves }) =>
      pipe(
        continueChain(stored, envelope, previous, {
          leaf: () => leafOf(engines.hashing, stored.bytes),
          idAt: (ordinal) => eventId(engines.hashing, envelope.stream, envelope.command, ordinal),
        }),
        E.map((tip) => ({ envelope, halves, stored, tip })),
      ),
    ),
  );

/** Whether the key made the signature, wherever it may sign. */
export const isSignedWith = (
  engines: Pick<EntryEngines, 'verifyEd25519'>,
  publicKey: Uint8Array,
  { halves, envelope: { sig } }: ReadEntry,
): boolean => engines.verifyEd25519(publicKey, signingInput(halves), fromBase64(sig));

/** Checks that a key which may sign at this place made the signature; `isBy` says whether a key did. */
export const checkSigner = (
  stored: StoredEntry,
  { kid, stream }: Pick<Envelope, 'kid' | 'stream'>,
  keyring: Keyring,
  isBy: (publicKey: Uint8Array) => boolean,
): E.Either<ChainFault, true> => {
  const at = placeOf(stored);
  const key = keyring.get(kid);
  if (key === undefined) return E.left({ _tag: 'UnknownKey', at, kid });
  if (!maySign(key, stream, at.index)) return E.left({ _tag: 'KeyNotValidHere', at, kid });
  return isBy(key.publicKey) ? E.right(true) : E.left({ _tag: 'SignatureInvalid', at, kid });
};

/** Checks that a key which may sign at this place made the signature. */
export const verifySignature = (
  engines: EntryEngines,
  entry: ReadEntry & { readonly stored: StoredEntry },
  keyring: Keyring,
): E.Either<ChainFault, true> =>
  checkSigner(entry.stored, entry.envelope, keyring, (publicKey) => isSignedWith(engines, publicKey, entry));

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
