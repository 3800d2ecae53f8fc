import * as TE from 'fp-ts/lib/TaskEither.js';
import { createListeners } from '../../adapters/event-store/listeners.js';
import type { EventStore, StoredEntry, StoreError } from '../../domain/ports.js';
import { testEntry } from './tile-tree.js';

/** A store for logs: entries in order and nothing else. Tests do to it what backups and attackers do. */
export interface ListStore extends Pick<EventStore, 'readAll' | 'size' | 'onAppended'> {
  readonly add: (count: number) => void;
  readonly entries: Array<StoredEntry>;
  failing: StoreError | undefined;
}

const stored = (index: number, bytes = testEntry(index)): StoredEntry => ({
  index,
  stream: 'test',
  revision: index,
  id: String(index),
  bytes,
});

export const listStore = (size = 0): ListStore => {
  const entries = Array.from({ length: size }, (_, i) => stored(i));
  const listeners = createListeners();
  const store: ListStore = {
    entries,
    failing: undefined,
    add: (count) => {
      for (let i = 0; i < count; i++) entries.push(stored(entries.length));
      listeners.tell(entries.length);
    },
    readAll: (from, limit) => () =>
      (store.failing === undefined ? TE.right(entries.slice(from, from + limit)) : TE.left(store.failing))(),
    size: () => () => (store.failing === undefined ? TE.right(entries.length) : TE.left(store.failing))(),
    onAppended: listeners.add,
  };
  return store;
};

/** Another history: the same entries up to `from`, others behind. */
export const edited = (store: ListStore, from: number, to = store.entries.length): ListStore => {
  const other = listStore();
  for (const [i, entry] of store.entries.entries()) {
    other.entries.push(i >= from && i < to ? stored(i, new TextEncoder().encode(`other ${String(i)}`)) : entry);
  }
  return other;
};
