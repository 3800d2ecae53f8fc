import * as E from 'fp-ts/lib/Either.js';
import type { LedgerEvent } from '../../domain/catalogue.js';
import { type FollowedTip, placeOf } from '../../domain/follow-entry.js';
import type { Recorded } from '../../domain/ledger/envelope.js';
import type { LoadFault } from '../../domain/ledger/load-stream.js';
import type { Hashing, StoredEntry } from '../../domain/ports.js';
import type { Projection } from '../../projections/projection.js';
import { followEvent } from './follow-entry.js';

/** One projection of any kind, with its current rows. `keys` also knows those that are gone. */
export interface Folded {
  readonly projection: Projection<unknown, LedgerEvent>;
  readonly rows: Map<string, unknown>;
  readonly keys: Set<string>;
}

/** Everything that following the ledger has to remember. Mutable, and owned by one follower. */
export interface Memory {
  readonly folded: ReadonlyArray<Folded>;
  readonly tips: Map<string, FollowedTip>;
  /** Index of the entry to be folded next. */
  next: number;
  /** Id of the entry folded last. */
  lastId: string;
  /** The latest time of recording so far, in milliseconds: time as the ledger's order sees it. */
  time: number;
}

/** A row of one projection (by position) from one index on; null: gone. */
export interface RowVersion {
  readonly projection: number;
  readonly key: string;
  readonly from: number;
  readonly row: string | null;
}

export interface Batch {
  readonly first: number;
  readonly versions: ReadonlyArray<RowVersion>;
  readonly times: Float64Array;
  readonly streams: ReadonlySet<string>;
}

const foldEvent = (memory: Memory, recorded: Recorded<LedgerEvent>): Array<RowVersion> => {
  const versions: Array<RowVersion> = [];
  for (const [position, { projection, rows, keys }] of memory.folded.entries()) {
    for (const [key, row] of projection.evolve(rows, recorded)) {
      keys.add(key);
      if (row === null) rows.delete(key);
      else rows.set(key, row);
      const from = recorded.index;
      versions.push({ projection: position, key, from, row: row === null ? null : JSON.stringify(row) });
    }
  }
  return versions;
};

/** A fold is total over events; what makes it fail was never written by a codec of ours. */
const tryFold = (
  memory: Memory,
  stored: StoredEntry,
  recorded: Recorded<LedgerEvent>,
): E.Either<LoadFault, Array<RowVersion>> =>
  E.tryCatch(
    () => foldEvent(memory, recorded),
    () => ({ _tag: 'NotCanonical', at: placeOf(stored), rule: 'must be an event as its codec lets it in' }),
  );

/** Folds entries into the memory, and says what has to be written for it. After a fault the memory is spoilt. */
export const foldEntries = (
  hashing: Hashing,
  memory: Memory,
  entries: ReadonlyArray<StoredEntry>,
): E.Either<LoadFault, Batch> => {
  const first = memory.next;
  const versions: Array<RowVersion> = [];
  const times = new Float64Array(entries.length);
  const streams = new Set<string>();
  for (const [i, stored] of entries.entries()) {
    const followed = followEvent(hashing, stored, memory.tips.get(stored.stream));
    if (E.isLeft(followed)) return followed;
    const { recorded, tip } = followed.right;
    memory.tips.set(stored.stream, tip);
    streams.add(stored.stream);
    memory.time = Math.max(memory.time, Date.parse(recorded.recordedAt));
    times[i] = memory.time;
    const folded = tryFold(memory, stored, recorded);
    if (E.isLeft(folded)) return folded;
    for (const version of folded.right) versions.push(version);
    memory.next = stored.index + 1;
    memory.lastId = stored.id;
  }
  return E.right({ first, versions, times, streams });
};
