import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import { fromBase64, fromUtf8 } from '../encoding/bytes.js';
import { keyringAfter, keyringBefore, type PinnedAuthority } from '../ledger/admit-keys.js';
import { tipBehindFault } from '../ledger/audit.js';
import type { ChainFault, ChainTip } from '../ledger/chain.js';
import type { Envelope } from '../ledger/envelope.js';
import { AUTHORITY_STREAM, type Keyring } from '../ledger/keyring.js';
import { leafBytes, leafOf } from '../ledger/leaf.js';
import type { EntryEngines } from '../ledger/ledger.js';
import { readEntry } from '../ledger/read-entry.js';
import { type LinkedEntry, linkEntry, verifySignature } from '../ledger/verify-entry.js';
import type { StoredEntry } from '../ports.js';
import type { IndexedLeaf } from '../transparency/shared-proof.js';
import type { Bundle } from './bundle.js';
import type { BundleFault } from './bundle-fault.js';

/** Everything that the entries of a bundle say for themselves, before a tree vouches for their places. */
export interface Walked {
  /** Of the authority, the host and its reference values, each stream without a gap. */
  readonly linked: ReadonlyArray<LinkedEntry>;
  /** Of streams that only show by being here that no entry of the host stands in their places. */
  readonly others: ReadonlyArray<StoredEntry>;
  readonly leaves: ReadonlyArray<IndexedLeaf>;
  readonly keyring: Keyring;
  readonly faults: ReadonlyArray<BundleFault>;
}

/** Told how far it is; what it waits for lets others work in between. */
export type Progress = (done: number, all: number) => T.Task<void>;

interface Walk {
  readonly linked: Array<LinkedEntry>;
  readonly others: Array<StoredEntry>;
  readonly leaves: Array<IndexedLeaf>;
  readonly faults: Array<BundleFault>;
  readonly tips: Map<string, ChainTip>;
  keyring: Keyring;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Where the entry says that it belongs. Only a claim: reading it checks the form, linking the place. */
const storedOf = (index: number, bytes: Uint8Array): E.Either<BundleFault, StoredEntry> =>
  pipe(
    E.tryCatch(
      () => JSON.parse(fromUtf8(bytes) ?? '') as unknown,
      (): BundleFault => ({ _tag: 'EntryUnreadable', index, rule: 'must be JSON' }),
    ),
    E.flatMap((value): E.Either<BundleFault, StoredEntry> => {
      const { stream, revision, id } = isObject(value) ? value : {};
      return typeof stream === 'string' && typeof revision === 'number' && typeof id === 'string'
        ? E.right({ index, stream, revision, id, bytes })
        : E.left({ _tag: 'EntryUnreadable', index, rule: 'must name its stream, revision and id' });
    }),
  );

/** Events of one command are far fewer. */
const MOST_ORDINALS = 64;

/** Links the first listed entry of a stream whose earlier ones are not here, by what it says of the one before it. */
const linkFirst = (engines: EntryEngines, stored: StoredEntry): E.Either<ChainFault, LinkedEntry> =>
  pipe(
    readEntry(engines.canonicalize, stored),
    E.flatMap(({ envelope: { revision, previous, command } }) => {
      const before = { revision: revision - 1, leaf: previous ?? '', recordedAt: '' };
      let linked = linkEntry(engines, stored, { ...before, command: '', ordinal: 0 });
      for (
        let ordinal = 0;
        E.isLeft(linked) && linked.left._tag === 'IdMismatch' && ordinal < MOST_ORDINALS;
        ordinal++
      ) {
        linked = linkEntry(engines, stored, { ...before, command, ordinal });
      }
      return linked;
    }),
  );

const checkSignature = (
  engines: EntryEngines,
  pinned: PinnedAuthority,
  walk: Walk,
  entry: Parameters<typeof verifySignature>[1] & { readonly envelope: Envelope },
): BundleFault | undefined => {
  const { stored, envelope } = entry;
  const keyring = keyringBefore(engines, pinned, walk.keyring, stored.index, envelope);
  const signed = verifySignature(engines, entry, keyring);
  if (E.isLeft(signed)) return signed.left;
  walk.keyring = keyringAfter(engines, keyring, stored.index, envelope);
  return undefined;
};

const takeOther = (engines: EntryEngines, walk: Walk, stored: StoredEntry): BundleFault | undefined => {
  walk.others.push(stored);
  const read = readEntry(engines.canonicalize, stored);
  if (E.isLeft(read)) return read.left;
  const signed = verifySignature(engines, { ...read.right, stored }, walk.keyring);
  return E.isLeft(signed) ? signed.left : undefined;
};

const takeLinked = (
  engines: EntryEngines,
  pinned: PinnedAuthority,
  host: string,
  walk: Walk,
  stored: StoredEntry,
): BundleFault | undefined => {
  const tip = walk.tips.get(stored.stream);
  const begins = tip === undefined && stored.stream === host && stored.revision > 0;
  const linked = begins ? linkFirst(engines, stored) : linkEntry(engines, stored, tip ?? null);
  if (E.isLeft(linked)) {
    walk.tips.set(stored.stream, tipBehindFault(stored, leafOf(engines.hashing, stored.bytes), tip ?? null));
    return linked.left;
  }
  walk.tips.set(stored.stream, linked.right.tip);
  const fault = checkSignature(engines, pinned, walk, linked.right);
  if (fault === undefined) walk.linked.push(linked.right);
  return fault;
};

const take = (
  engines: EntryEngines,
  pinned: PinnedAuthority,
  host: string,
  walk: Walk,
  { index, bytes: text }: Bundle['entries'][number],
): void => {
  const bytes = fromBase64(text);
  walk.leaves.push({ index, leaf: leafBytes(engines.hashing, bytes) });
  const stored = storedOf(index, bytes);
  if (E.isLeft(stored)) {
    walk.faults.push(stored.left);
    return;
  }
  const { stream } = stored.right;
  const counts = stream === AUTHORITY_STREAM || stream === host || stream.startsWith('reference/');
  const fault = counts ? takeLinked(engines, pinned, host, walk, stored.right) : takeOther(engines, walk, stored.right);
  if (fault !== undefined) walk.faults.push(fault);
};

const AT_ONCE = 16;

/**
 * Checks each entry: form, chain, id, time, and that a key which might sign at its index made the signature. Keys are those
 * that the authority's own stream introduces, beginning with the pinned one, each from and until its index.
 */
export const walkEntries = (
  engines: EntryEngines,
  pinned: PinnedAuthority,
  host: string,
  { entries }: Bundle,
  progress: Progress,
): T.Task<Walked> => {
  const walk: Walk = { linked: [], others: [], leaves: [], faults: [], tips: new Map(), keyring: new Map() };
  const from = (at: number): T.Task<Walked> =>
    at >= entries.length
      ? T.of(walk)
      : pipe(
          T.fromIO(() => entries.slice(at, at + AT_ONCE).forEach((entry) => take(engines, pinned, host, walk, entry))),
          T.flatMap(() => progress(Math.min(at + AT_ONCE, entries.length), entries.length)),
          T.flatMap(() => from(at + AT_ONCE)),
        );
  return from(0);
};
