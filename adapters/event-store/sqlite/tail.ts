import type { StreamId } from '../../../domain/ledger/envelope.js';
import { type AppendedListener, createListeners } from '../listeners.js';
import type { Database, Row } from './database.js';

/** What is believed of the file without asking it each time; forgotten whenever a transaction fails. */
export interface Tail {
  /** How many entries there are, counting those of the running transaction. */
  readonly size: () => number;
  readonly lastRevision: (stream: StreamId) => number;
  readonly grew: (stream: StreamId, lastRevision: number, size: number) => void;
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
  let size: number | undefined;
  let grown = false;
  const know = (stream: StreamId, revision: number): number => {
    if (revisions.size >= MOST_STREAMS) revisions.clear();
    revisions.set(stream, revision);
    return revision;
  };
  return {
    size: () => (size ??= numberIn(maxIndex.get([])) + 1),
    lastRevision: (stream) => revisions.get(stream) ?? know(stream, numberIn(maxRevision.get([stream]))),
    grew: (stream, lastRevision, newSize) => {
      know(stream, lastRevision);
      size = newSize;
      grown = true;
    },
    settle: () => {
      if (grown && size !== undefined) listeners.tell(size);
      grown = false;
    },
    forget: () => {
      revisions.clear();
      size = undefined;
      grown = false;
    },
    onAppended: listeners.add,
  };
};
