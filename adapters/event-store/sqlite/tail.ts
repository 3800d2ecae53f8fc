import type { StreamId } from '../../../domain/ledger/envelope.js';
import type { Append, StoredEntry } from '../../../domain/ports.js';
import { type AppendedListener, createListeners } from '../listeners.js';
import type { Database, Row } from './database.js';
import { createRecentEntries } from './recent-entries.js';

/** What is believed of the file without asking it each time; forgotten whenever a transaction fails. */
export interface Tail {
  /** How many entries there are, counting those of the running transaction. */
  readonly size: () => number;
  /** How many are durable; undefined: only `sizeBetween` can tell. */
  readonly durable: () => number | undefined;
  /** How many there are while no transaction runs, which are the durable ones. */
  readonly sizeBetween: () => number;
  readonly lastRevision: (stream: StreamId) => number;
  /** Whether it is sure, without asking the file, that the stream has nothing from this revision on. */
  readonly endsBefore: (stream: StreamId, revision: number) => boolean;
  /** Undefined: only the file can tell. */
  readonly recent: (index: number, limit: number) => ReadonlyArray<StoredEntry> | undefined;
  /** The append was written at the end of what there was. */
  readonly grew: (append: Append) => void;
  /** Everything believed became durable: tells the listeners, once for a whole commit. */
  readonly settle: () => void;
  readonly forget: () => void;
  readonly onAppended: (listener: AppendedListener) => () => void;
}

const MOST_STREAMS = 50_000;

export const numberIn = (row: Row | undefined): number => (typeof row?.[0] === 'number' ? row[0] : -1);

export const createTail = async (database: Database): Promise<Tail> => {
  const maxIndex = await database.prepare('SELECT max(idx) FROM entries');
  const maxRevision = await database.prepare('SELECT max(revision) FROM entries WHERE stream = ?');
  const revisions = new Map<StreamId, number>();
  const listeners = createListeners();
  const recent = createRecentEntries();
  let size: number | undefined;
  let durable: number | undefined;
  let grown = false;
  const know = (stream: StreamId, revision: number): number => {
    if (revisions.size >= MOST_STREAMS) revisions.clear();
    revisions.set(stream, revision);
    return revision;
  };
  const sizeNow = (): number => (size ??= numberIn(maxIndex.get([])) + 1);
  return {
    size: sizeNow,
    durable: () => durable,
    sizeBetween: () => (durable = sizeNow()),
    lastRevision: (stream) => revisions.get(stream) ?? know(stream, numberIn(maxRevision.get([stream]))),
    endsBefore: (stream, revision) => revision > (revisions.get(stream) ?? Number.POSITIVE_INFINITY),
    recent: recent.from,
    grew: ({ stream, expectedRevision, entries }) => {
      recent.add(sizeNow(), stream, expectedRevision + 1, entries);
      know(stream, expectedRevision + entries.length);
      size = sizeNow() + entries.length;
      grown = true;
    },
    settle: () => {
      recent.settle();
      durable = size;
      if (grown && size !== undefined) listeners.tell(size);
      grown = false;
    },
    forget: () => {
      recent.forget();
      revisions.clear();
      size = undefined;
      durable = undefined;
      grown = false;
    },
    onAppended: listeners.add,
  };
};
