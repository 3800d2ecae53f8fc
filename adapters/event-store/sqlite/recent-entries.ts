import type { SignedEntry, StreamId } from '../../../domain/ledger/envelope.js';
import type { StoredEntry } from '../../../domain/ports.js';

/** Those who follow the ledger read each entry just after it was appended: reading it back from the file took longer. */
const MOST_ENTRIES = 2048;

/** The newest durable entries, as they were appended. */
export interface RecentEntries {
  /** Not to be read before `settle`. */
  readonly add: (first: number, stream: StreamId, firstRevision: number, entries: ReadonlyArray<SignedEntry>) => void;
  readonly settle: () => void;
  /** Drops what was added and never became durable. */
  readonly forget: () => void;
  /** Undefined: not all of them are here, or none that anybody could read. */
  readonly from: (index: number, limit: number) => ReadonlyArray<StoredEntry> | undefined;
}

export const createRecentEntries = (): RecentEntries => {
  let kept: Array<StoredEntry> = [];
  let added: Array<StoredEntry> = [];
  return {
    add: (first, stream, firstRevision, entries) => {
      entries.forEach(({ id, bytes }, i) => {
        added.push({ index: first + i, stream, revision: firstRevision + i, id, bytes: bytes.slice() });
      });
    },
    settle: () => {
      const [first] = added;
      if (first === undefined) return;
      // A transaction whose outcome was unknown may have left entries that were never seen here.
      if (kept.at(-1)?.index !== first.index - 1) kept = [];
      for (const entry of added) kept.push(entry);
      added = [];
      // Seldom, so that keeping them costs nothing for each.
      if (kept.length > 2 * MOST_ENTRIES) kept = kept.slice(-MOST_ENTRIES);
    },
    forget: () => {
      added = [];
    },
    from: (index, limit) => {
      const [oldest] = kept;
      if (oldest === undefined || index < oldest.index) return undefined;
      const start = index - oldest.index;
      return kept.slice(start, start + limit);
    },
  };
};
