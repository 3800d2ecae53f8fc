import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromHex } from '../encoding/bytes.js';
import { type FollowedTip, followEntry } from '../follow-entry.js';
import { keyringAfter, keyringBefore } from '../ledger/admit-keys.js';
import type { ChainFault } from '../ledger/chain.js';
import type { StreamId } from '../ledger/envelope.js';
import { AUTHORITY_STREAM, type Keyring } from '../ledger/keyring.js';
import type { EntryEngines } from '../ledger/ledger.js';
import type { LoadFault } from '../ledger/load-stream.js';
import { appendLeaf, type Frontier, rootOf } from '../ledger/merkle.js';
import { readEntry } from '../ledger/read-entry.js';
import { verifySignature } from '../ledger/verify-entry.js';
import type { StoredEntry } from '../ports.js';

/** What a follower believes: a beginning of the log, whose tree a signed checkpoint named. */
export interface Followed {
  readonly tips: ReadonlyMap<StreamId, FollowedTip>;
  readonly keyring: Keyring;
  readonly frontier: Frontier;
}

export type WalkFault = LoadFault | ChainFault;

/** Entries one by one behind what is believed; nothing of it is believed before the tree is. */
export interface Walk {
  /** The entry at the tree's end. With `strict`, its own signature is checked at once. Left changes nothing. */
  readonly take: (stored: StoredEntry, strict: boolean) => E.Either<WalkFault, void>;
  readonly root: () => Uint8Array;
  readonly size: () => number;
  readonly keyring: () => Keyring;
  /** Checks the newest signature of each stream that grew: its chain holds the bytes of everything before it. */
  readonly verifyTips: () => E.Either<WalkFault, void>;
}

const signed = (
  engines: EntryEngines,
  pinned: string,
  stored: StoredEntry,
  keyring: Keyring,
): E.Either<ChainFault, { readonly before: Keyring; readonly after: Keyring }> =>
  pipe(
    readEntry(engines.canonicalize, stored),
    E.flatMap((entry) => {
      const before = keyringBefore(engines, pinned, keyring, stored.index, entry.envelope);
      return pipe(
        verifySignature(engines, { ...entry, stored }, before),
        E.map(() => ({ before, after: keyringAfter(engines, before, stored.index, entry.envelope) })),
      );
    }),
  );

/** `pinned` is the key id of the only authority that is believed. */
export const startWalk = (engines: EntryEngines, pinned: string, from: Followed): Walk => {
  const tips = new Map<StreamId, FollowedTip>();
  const newest = new Map<StreamId, StoredEntry>();
  let { keyring, frontier } = from;
  const take: Walk['take'] = (stored, strict) => {
    if (stored.index !== frontier.size) {
      return E.left({ _tag: 'StoreDamaged', where: `index ${String(frontier.size)}`, rule: 'must be the next entry' });
    }
    const followed = followEntry(engines.hashing, stored, tips.get(stored.stream) ?? from.tips.get(stored.stream));
    if (E.isLeft(followed)) return followed;
    // Whoever could change the keys could sign all else.
    const isKeys = stored.stream === AUTHORITY_STREAM;
    if (isKeys || strict) {
      const checked = signed(engines, pinned, stored, keyring);
      if (E.isLeft(checked)) return checked;
      if (isKeys) keyring = checked.right.after;
    }
    const { tip } = followed.right;
    tips.set(stored.stream, tip);
    newest.set(stored.stream, stored);
    frontier = appendLeaf(engines.hashing, frontier, fromHex(tip.leaf));
    return E.right(undefined);
  };
  return {
    take,
    root: () => rootOf(engines.hashing, frontier),
    size: () => frontier.size,
    keyring: () => keyring,
    verifyTips: () => {
      for (const stored of newest.values()) {
        if (stored.stream === AUTHORITY_STREAM) continue;
        const checked = signed(engines, pinned, stored, keyring);
        if (E.isLeft(checked)) return checked;
      }
      return E.right(undefined);
    },
  };
};
