import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromHex, toHex } from '../encoding/bytes.js';
import type { StoredEntry } from '../ports.js';
import { keyringAfter, keyringBefore, type PinnedAuthority } from './admit-keys.js';
import type { ChainFault, ChainTip } from './chain.js';
import type { StreamId } from './envelope.js';
import type { Head, HeadFault } from './head.js';
import type { Keyring } from './keyring.js';
import { leafBytes } from './leaf.js';
import type { EntryEngines } from './ledger.js';
import { appendLeaf, emptyFrontier, type Frontier, rootOf } from './merkle.js';
import { type LinkedEntry, linkEntry, verifySignature } from './verify-entry.js';

/** What is wrong with a store, entry by entry. */
export type LedgerFault =
  | ChainFault
  | HeadFault
  /** Entries are numbered from 0 without gaps: some are missing, or stand twice. */
  | { readonly _tag: 'IndexGap'; readonly expected: number; readonly found: number }
  /** The first `size` entries are others than those that the log signed a checkpoint over. */
  | { readonly _tag: 'CheckpointRootMismatch'; readonly which: KnownTree['which']; readonly size: number }
  /** The log signed a checkpoint over more entries than there are. */
  | {
      readonly _tag: 'CheckpointAhead';
      readonly which: KnownTree['which'];
      readonly size: number;
      readonly store: number;
    };

/**
 * A tree that the log signed: the last one by its own record, the one that it published, or an older one that witnesses
 * cosigned. Verified before it is given.
 */
export interface KnownTree {
  readonly which: 'signed' | 'published' | 'cosigned';
  readonly size: number;
  /** Hexadecimal. */
  readonly root: string;
}

export interface AuditOptions {
  readonly pinned: PinnedAuthority;
  /** A head that was verified, or is about to be with the keys that the audit finds. */
  readonly head: Head | undefined;
  readonly trees?: ReadonlyArray<KnownTree>;
  /** Faults beyond these are counted, not listed. */
  readonly mostFaults: number;
}

/** An audit of a store under way: entries go in by index, from 0. */
export interface Audit {
  readonly take: (stored: StoredEntry) => void;
  readonly keyring: () => Keyring;
  readonly frontier: () => Frontier;
  readonly faults: () => ReadonlyArray<LedgerFault>;
  readonly faultCount: () => number;
}

const checkOne = (
  engines: EntryEngines,
  pinned: PinnedAuthority,
  stored: StoredEntry,
  known: { readonly keyring: Keyring; readonly tip: ChainTip | null },
): E.Either<ChainFault, { readonly linked: LinkedEntry; readonly keyring: Keyring }> =>
  pipe(
    linkEntry(engines, stored, known.tip),
    E.flatMap((linked) => {
      const keyring = keyringBefore(engines, pinned, known.keyring, stored.index, linked.envelope);
      return pipe(
        verifySignature(engines, linked, keyring),
        E.map(() => ({ linked, keyring: keyringAfter(engines, keyring, stored.index, linked.envelope) })),
      );
    }),
  );

/** Behind a broken entry its stream goes on from the bytes that are there: the next entry is told too, and no later one. */
export const tipBehindFault = (stored: StoredEntry, leaf: Uint8Array, before: ChainTip | null): ChainTip => ({
  revision: stored.revision,
  leaf: toHex(leaf),
  recordedAt: before?.recordedAt ?? '',
  command: before?.command ?? '',
  ordinal: before?.ordinal ?? 0,
});

const treesBySize = (trees: ReadonlyArray<KnownTree>): ReadonlyMap<number, ReadonlyArray<KnownTree>> => {
  const bySize = new Map<number, Array<KnownTree>>();
  for (const tree of trees) bySize.set(tree.size, [...(bySize.get(tree.size) ?? []), tree]);
  return bySize;
};

/**
 * Checks every entry: dense index, form, chain, id, time, key and signature, and the tree over all of them. What it holds
 * between entries is one tip per stream and the tree's edge.
 */
export const createAudit = (engines: EntryEngines, { pinned, head, mostFaults, trees = [] }: AuditOptions): Audit => {
  const tips = new Map<StreamId, ChainTip>();
  const faults: Array<LedgerFault> = [];
  let faultCount = 0;
  let keyring: Keyring = new Map();
  let frontier: Frontier = emptyFrontier;
  let next = 0;
  const tell = (fault: LedgerFault): void => {
    faultCount += 1;
    if (faults.length < mostFaults) faults.push(fault);
  };
  const bySize = treesBySize(trees);
  const checkTrees = (): void => {
    if (head?.size === frontier.size && toHex(rootOf(engines.hashing, frontier)) !== head.root) {
      tell({ _tag: 'HeadRootMismatch', size: head.size });
    }
    for (const { which, size, root } of bySize.get(frontier.size) ?? []) {
      if (toHex(rootOf(engines.hashing, frontier)) !== root) tell({ _tag: 'CheckpointRootMismatch', which, size });
    }
  };
  const take = (stored: StoredEntry): void => {
    if (stored.index !== next) tell({ _tag: 'IndexGap', expected: next, found: stored.index });
    next = stored.index + 1;
    const before = tips.get(stored.stream) ?? null;
    const checked = checkOne(engines, pinned, stored, { keyring, tip: before });
    const leaf = E.isRight(checked) ? fromHex(checked.right.linked.tip.leaf) : leafBytes(engines.hashing, stored.bytes);
    tips.set(stored.stream, E.isRight(checked) ? checked.right.linked.tip : tipBehindFault(stored, leaf, before));
    if (E.isRight(checked)) keyring = checked.right.keyring;
    else tell(checked.left);
    frontier = appendLeaf(engines.hashing, frontier, leaf);
    checkTrees();
  };
  return { take, keyring: () => keyring, frontier: () => frontier, faults: () => faults, faultCount: () => faultCount };
};
