import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { EventStore, StoredEntry, StoreError } from '../ports.js';
import { keyringAfter, keyringBefore, type PinnedAuthority } from './admit-keys.js';
import type { ChainFault, ChainTip } from './chain.js';
import { AUTHORITY_STREAM, type Keyring } from './keyring.js';
import type { EntryEngines } from './ledger.js';
import { linkEntry, verifySignature } from './verify-entry.js';

/** Far more keys than an authority ever has. */
export const MOST_AUTHORITY_EVENTS = 10_000;

const fold = (
  engines: EntryEngines,
  pinned: PinnedAuthority,
  entries: ReadonlyArray<StoredEntry>,
): E.Either<ChainFault, Keyring> => {
  let keyring: Keyring = new Map();
  let tip: ChainTip | null = null;
  for (const stored of entries) {
    const linked = linkEntry(engines, stored, tip);
    if (E.isLeft(linked)) return linked;
    const { envelope } = linked.right;
    keyring = keyringBefore(engines, pinned, keyring, stored.index, envelope);
    const signed = verifySignature(engines, linked.right, keyring);
    if (E.isLeft(signed)) return signed;
    keyring = keyringAfter(engines, keyring, stored.index, envelope);
    tip = linked.right.tip;
  }
  return E.right(keyring);
};

/**
 * Every key of the authority, each signature of its stream checked. Empty for a store that was not founded. With another
 * authority than the pinned one the founding event's key is unknown, which is what the fault says.
 */
export const loadKeyring = (
  reader: EntryEngines & { readonly store: EventStore },
  pinned: PinnedAuthority,
): TE.TaskEither<StoreError | ChainFault, Keyring> =>
  pipe(
    reader.store.readStream(AUTHORITY_STREAM, 0, MOST_AUTHORITY_EVENTS),
    TE.flatMapEither((entries) => fold(reader, pinned, entries)),
  );
