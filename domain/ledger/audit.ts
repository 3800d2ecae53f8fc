import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromHex, toHex } from '../encoding/bytes.js';
import type { StoredEntry } from '../ports.js';
import { keyringAfter, keyringBefore, type PinnedAuthority } from './admit-keys.js';
import type { ChainFault, ChainTip } from './chain.js';
import type { StreamId } from './envelope.js';
import { eventId } from './event-id.js';
import type { Head, HeadFault } from './head.js';
import type { Inspected, Inspection } from './inspect-entry.js';
import { AUTHORITY_STREAM, type Keyring } from './keyring.js';
import type { EntryEngines } from './ledger.js';
import type { EventUnreadable } from './load-stream.js';
import { appendLeaf, emptyFrontier, type Frontier, rootOf } from './merkle.js';
import { readEntry } from './read-entry.js';
import { checkSigner, continueChain, isSignedWith, placeOf } from './verify-entry.js';

/** What is wrong with a store, entry by entry. */
export type LedgerFault =
  | ChainFault
  | HeadFault
  | EventUnreadable
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

/** An entry where the store has it, with what its bytes say by themselves. */
export interface InspectedEntry {
  readonly stored: StoredEntry;
  readonly inspection: Inspection;
}

/** An audit of a store under way: entries go in by index, from 0. */
export interface Audit {
  readonly take: (entry: InspectedEntry) => void;
  readonly keyring: () => Keyring;
  readonly frontier: () => Frontier;
  readonly faults: () => ReadonlyArray<LedgerFault>;
  readonly faultCount: () => number;
}

interface Checked {
  readonly tip: ChainTip;
  readonly keyring: Keyring;
}

/** The stream that introduces keys is read here, in its order. It is short. */
const keyringsAt = (
  engines: EntryEngines,
  pinned: PinnedAuthority,
  keyring: Keyring,
  stored: StoredEntry,
): { readonly before: Keyring; readonly after: (checked: Keyring) => Keyring } => {
  const read = stored.stream === AUTHORITY_STREAM ? readEntry(engines.canonicalize, stored) : undefined;
  if (read === undefined || E.isLeft(read)) return { before: keyring, after: (checked) => checked };
  const { envelope } = read.right;
  return {
    before: keyringBefore(engines, pinned, keyring, stored.index, envelope),
    after: (checked) => keyringAfter(engines, checked, stored.index, envelope),
  };
};

/** What was inspected before the key was known is checked here. */
const isSigned = (
  engines: EntryEngines,
  stored: StoredEntry,
  { signature }: Inspected,
  publicKey: Uint8Array,
): boolean => {
  if (signature !== 'unchecked') return signature === 'valid';
  const read = readEntry(engines.canonicalize, stored);
  return E.isRight(read) && isSignedWith(engines, publicKey, read.right);
};

const checkOne = (
  engines: EntryEngines,
  pinned: PinnedAuthority,
  { stored, inspection: { leaf, read } }: InspectedEntry,
  known: { readonly keyring: Keyring; readonly tip: ChainTip | null },
): E.Either<ChainFault, Checked> =>
  pipe(
    read,
    E.bindTo('said'),
    E.bind('tip', ({ said }) =>
      continueChain(stored, said, known.tip, {
        leaf: () => leaf,
        idAt: (ordinal) =>
          ordinal === 0 ? said.firstId : eventId(engines.hashing, said.stream, said.command, ordinal),
      }),
    ),
    E.flatMap(({ said, tip }) => {
      const { before, after } = keyringsAt(engines, pinned, known.keyring, stored);
      return pipe(
        checkSigner(stored, said, before, (publicKey) => isSigned(engines, stored, said, publicKey)),
        E.map(() => ({ tip, keyring: after(before) })),
      );
    }),
  );

/** What is whole and signed, and still no event that this program knows. */
const unreadable = (
  checked: E.Either<ChainFault, Checked>,
  { stored, inspection: { read } }: InspectedEntry,
): ReadonlyArray<EventUnreadable> => {
  const fault = E.isRight(checked) && E.isRight(read) ? read.right.event : null;
  return fault === null ? [] : [{ _tag: 'EventUnreadable', at: placeOf(stored), fault }];
};

/** Behind a broken entry its stream goes on from the bytes that are there: the next entry is told too, and no later one. */
export const tipBehindFault = (stored: StoredEntry, leaf: string, before: ChainTip | null): ChainTip => ({
  revision: stored.revision,
  leaf,
  recordedAt: before?.recordedAt ?? '',
  command: before?.command ?? '',
  ordinal: before?.ordinal ?? 0,
});

const treesBySize = (trees: ReadonlyArray<KnownTree>): ReadonlyMap<number, ReadonlyArray<KnownTree>> => {
  const bySize = new Map<number, Array<KnownTree>>();
  for (const tree of trees) bySize.set(tree.size, [...(bySize.get(tree.size) ?? []), tree]);
  return bySize;
};

/** The trees that somebody signed over the first so many entries, against what the entries make. */
const treeFaultsAt = (
  { hashing }: EntryEngines,
  head: Head | undefined,
  known: ReadonlyArray<KnownTree>,
  frontier: Frontier,
): ReadonlyArray<LedgerFault> => {
  const { size } = frontier;
  const isHead = head?.size === size;
  if (!isHead && known.length === 0) return [];
  const found = toHex(rootOf(hashing, frontier));
  return [
    ...(isHead && head.root !== found ? [{ _tag: 'HeadRootMismatch' as const, size }] : []),
    ...known
      .filter(({ root }) => root !== found)
      .map(({ which }) => ({ _tag: 'CheckpointRootMismatch' as const, which, size })),
  ];
};

/**
 * Checks every entry: dense index, form, chain, id, time, key and signature, whether its data is an event, and the tree over
 * all of them. What it holds between entries is one tip per stream and the tree's edge.
 */
export const createAudit = (engines: EntryEngines, options: AuditOptions): Audit => {
  const { pinned, head, mostFaults } = options;
  const trees = treesBySize(options.trees ?? []);
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
  const take = (entry: InspectedEntry): void => {
    const { stored, inspection } = entry;
    if (stored.index !== next) tell({ _tag: 'IndexGap', expected: next, found: stored.index });
    next = stored.index + 1;
    const before = tips.get(stored.stream) ?? null;
    const checked = checkOne(engines, pinned, entry, { keyring, tip: before });
    tips.set(stored.stream, E.isRight(checked) ? checked.right.tip : tipBehindFault(stored, inspection.leaf, before));
    if (E.isRight(checked)) keyring = checked.right.keyring;
    else tell(checked.left);
    unreadable(checked, entry).forEach(tell);
    frontier = appendLeaf(engines.hashing, frontier, fromHex(inspection.leaf));
    treeFaultsAt(engines, head, trees.get(frontier.size) ?? [], frontier).forEach(tell);
  };
  return { take, keyring: () => keyring, frontier: () => frontier, faults: () => faults, faultCount: () => faultCount };
};
