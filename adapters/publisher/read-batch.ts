import * as E from 'fp-ts/lib/Either.js';
import type { EventStore, Hashing, StoreError } from '../../domain/ports.js';
import { eventMessage } from '../../domain/publication/event-message.js';
import type { Message } from '../../domain/publication/message.js';

const MOST_EVENTS = 1_000;
/** All of one batch may be of one partition, and brokers take a megabyte from the factory. */
const MOST_BYTES = 393_216;

export interface ReadBatch {
  readonly messages: ReadonlyArray<Message>;
  /** When the first of them was recorded. */
  readonly oldest: string | undefined;
  /** How many events the ledger holds. */
  readonly size: number;
}

/** The next events that are to be published, as messages. Never an event without all of those before it. */
export const readBatch = async (
  {
    hashing,
    store,
    origin,
  }: { readonly hashing: Hashing; readonly store: Pick<EventStore, 'readAll' | 'size'>; readonly origin: string },
  from: number,
): Promise<E.Either<StoreError, ReadBatch>> => {
  const size = await store.size()();
  if (E.isLeft(size)) return size;
  const entries = await store.readAll(from, MOST_EVENTS)();
  if (E.isLeft(entries)) return entries;
  const messages: Array<Message> = [];
  let [bytes, oldest] = [0, undefined as string | undefined];
  for (const [i, stored] of entries.right.entries()) {
    if (stored.index !== from + i) {
      return E.left({ _tag: 'StoreDamaged', where: `index ${String(from + i)}`, rule: 'must be the next entry' });
    }
    bytes += stored.bytes.length;
    if (i > 0 && bytes > MOST_BYTES) break;
    const made = eventMessage(hashing, origin, stored);
    if (E.isLeft(made)) return made;
    oldest ??= made.right.recordedAt;
    messages.push(made.right.message);
  }
  return E.right({ messages, oldest, size: size.right });
};
