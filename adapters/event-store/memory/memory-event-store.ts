import * as TE from 'fp-ts/lib/TaskEither.js';
import type { StreamId } from '../../../domain/ledger/envelope.js';
import type { Append, EventStore, StoredEntry, StoreError } from '../../../domain/ports.js';
import { checkAppend, refusedAppend } from '../check-append.js';
import { createListeners } from '../listeners.js';

/** Everything in this process's memory: for tests and for trying things out. */
export const createMemoryEventStore = (): EventStore => {
  const entries: Array<StoredEntry> = [];
  const streams = new Map<StreamId, Array<StoredEntry>>();
  const ids = new Set<string>();
  const listeners = createListeners();

  const write = ({ stream, entries: added }: Append, own: Array<StoredEntry>): void => {
    streams.set(stream, own);
    for (const { id, bytes } of added) {
      const stored = { index: entries.length, stream, revision: own.length, id, bytes: bytes.slice() };
      entries.push(stored);
      own.push(stored);
      ids.add(id);
    }
    listeners.tell(entries.length);
  };

  const append = (request: Append): TE.TaskEither<StoreError, { firstIndex: number; lastRevision: number }> => {
    const refused = refusedAppend(request);
    if (refused !== undefined) return TE.left(refused);
    const own = streams.get(request.stream) ?? [];
    const idAt = (revision: number): string | undefined => own[revision]?.id;
    const check = checkAppend(request, { lastRevision: own.length - 1, idAt, holds: (id) => ids.has(id) });
    if (check._tag === 'Conflict') return TE.left(check);
    if (check._tag === 'Write') write(request, own);
    const first = request.expectedRevision + 1;
    return TE.right({
      firstIndex: own[first]?.index ?? -1,
      lastRevision: request.expectedRevision + request.entries.length,
    });
  };

  return {
    append: (request) => () => append(request)(),
    readStream: (stream, from, limit) => () => TE.right((streams.get(stream) ?? []).slice(from, from + limit))(),
    readAll: (from, limit) => () => TE.right(entries.slice(from, from + limit))(),
    size: () => () => TE.right(entries.length)(),
    onAppended: listeners.add,
  };
};
