import * as E from 'fp-ts/lib/Either.js';
import type { StreamId } from '../../../domain/ledger/envelope.js';
import type { Append, StoreError } from '../../../domain/ports.js';
import type { SqliteEventStore } from '../sqlite/sqlite-event-store.js';
import type { KurrentEvent, Position } from './client.js';
import { appendOf } from './ledger-entry.js';
import { readFollowedTo, writeFollowedTo } from './position-file.js';
import type { StreamNames } from './stream-names.js';
import { createWaiting } from './waiting.js';

export interface ReplicaOptions {
  readonly events: SqliteEventStore;
  readonly names: StreamNames;
  /** Where it is kept how far `$all` was followed. */
  readonly positionFile: string;
}

/** This node's copy of the ledger, in the order of `$all`: where an entry is in it is the entry's index, on every node. */
export interface Replica {
  readonly events: SqliteEventStore;
  /** From where to follow. Undefined: from the beginning, which changes nothing that is there. */
  readonly begin: () => Promise<Position | undefined>;
  /** Entries in the order of `$all`; those that are there already change nothing. Left: they are not what comes next. */
  readonly take: (events: ReadonlyArray<KurrentEvent>) => Promise<E.Either<StoreError, void>>;
  /** The index of an entry, once it is here. Undefined: it did not come in time. */
  readonly indexOf: (stream: StreamId, revision: number, millis: number) => Promise<number | undefined>;
  readonly giveUp: () => void;
  /** Keeps how far it was followed; a crash before only means following that part again. */
  readonly keepPosition: () => Promise<void>;
}

const nameOf = (stream: StreamId, revision: number): string => `${stream} ${revision}`;

/** An entry that does not continue its stream was left out before it, stands twice, or contradicts what was seen here. */
const outOfOrder = (fault: StoreError): StoreError =>
  fault._tag === 'Conflict'
    ? {
        _tag: 'StoreDamaged',
        where: `EventStoreDB stream of ${fault.stream}`,
        rule: `must go on at revision ${fault.actual + 1} as this node saw it, not at ${fault.expected + 1}`,
      }
    : fault;

export const createReplica = ({ events, names, positionFile }: ReplicaOptions): Replica => {
  const waiting = createWaiting<number>();
  let kept: Promise<void> = Promise.resolve();
  let followedTo: { readonly index: number; readonly id: string; readonly position: Position } | undefined;
  let written: typeof followedTo;

  const settle = (
    appends: ReadonlyArray<Append>,
    firsts: ReadonlyArray<number>,
    last: KurrentEvent | undefined,
  ): void => {
    appends.forEach(({ stream, expectedRevision }, i) => {
      const index = firsts[i];
      if (index !== undefined) waiting.came(nameOf(stream, expectedRevision + 1), index);
    });
    const index = firsts.at(-1);
    if (index !== undefined && last?.position !== undefined)
      followedTo = { index, id: last.id.toLowerCase(), position: last.position };
  };

  const take: Replica['take'] = async (taken) => {
    const appends: Array<Append> = [];
    for (const event of taken) {
      const append = appendOf(names, event);
      if (E.isLeft(append)) return append;
      appends.push(append.right);
    }
    const firsts = await events.appendInOrder(appends)();
    if (E.isLeft(firsts)) return E.left(outOfOrder(firsts.left));
    settle(appends, firsts.right, taken.at(-1));
    return E.right(undefined);
  };

  const indexAt = async (stream: StreamId, revision: number): Promise<number | undefined> => {
    const found = await events.indexAt(stream, revision)();
    return E.isRight(found) ? found.right : undefined;
  };

  return {
    events,
    take,
    begin: async () => {
      const found = await readFollowedTo(positionFile);
      if (found === undefined) return undefined;
      const there = await events.readAll(found.index, 1)();
      // A power cut may have taken the copy's last entries, and somebody may have put another copy there.
      if (E.isLeft(there) || there.right[0]?.id !== found.id) return undefined;
      written = found;
      followedTo = found;
      return found.position;
    },
    indexOf: async (stream, revision, millis) => {
      const coming = waiting.for(nameOf(stream, revision), millis);
      const there = await indexAt(stream, revision);
      if (there === undefined) return coming;
      waiting.came(nameOf(stream, revision), there);
      return there;
    },
    giveUp: waiting.giveUp,
    keepPosition: () => {
      const now = followedTo;
      if (now === undefined || now === written) return kept;
      written = now;
      kept = kept.then(() => writeFollowedTo(positionFile, now)).catch(() => undefined);
      return kept;
    },
  };
};
