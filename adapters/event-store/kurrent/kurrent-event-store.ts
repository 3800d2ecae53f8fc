import { setTimeout as sleep } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { equalBytes } from '../../../domain/encoding/bytes.js';
import type { StreamId } from '../../../domain/ledger/envelope.js';
import type { Append, EventStore, StoredEntry, StoreError } from '../../../domain/ports.js';
import { refusedAppend } from '../check-append.js';
import type { KurrentClient, KurrentEvent } from './client.js';
import { type KurrentError, storeErrorOf } from './kurrent-error.js';
import type { Replica } from './replica.js';
import type { StreamNames } from './stream-names.js';

export interface KurrentEventStoreDeps {
  readonly client: KurrentClient;
  readonly names: StreamNames;
  readonly replica: Replica;
  /** Why nothing may be read or written any more. */
  readonly fault: () => StoreError | undefined;
  readonly connected: () => boolean;
  /** What was followed seems to have fallen silent. */
  readonly kick: () => void;
  /** How long an entry may take from the cluster to this node's copy. */
  readonly seenWithinMillis: number;
}

type Appended = E.Either<StoreError, { readonly firstIndex: number; readonly lastRevision: number }>;

const MOST_ATTEMPTS = 3;
const RETRY_AFTER_MS = 100;

/** All entries are of one type for the server: what they are is in their signed bytes, and only there. */
const ENTRY_TYPE = 'SekishoEntry';

const unseen = (stream: StreamId): StoreError => ({
  _tag: 'StoreUnavailable',
  detail: `EventStoreDB has an entry of ${stream} that this node did not get to see in time`,
});

/** Again with the same ids at the same revision: whatever became of the attempt before, it is written once at most. */
const appendSurely = async (deps: KurrentEventStoreDeps, append: Append): Promise<E.Either<KurrentError, void>> => {
  const { client, names } = deps;
  const { stream, expectedRevision, entries } = append;
  const events = entries.map(({ id, bytes }) => ({ id, type: ENTRY_TYPE, bytes }));
  for (let attempt = 1; ; attempt++) {
    const done = await client.append(names.ofLedger(stream), expectedRevision, events)();
    if (E.isRight(done) || done.left._tag !== 'OutcomeUnknown') return done;
    if (attempt >= MOST_ATTEMPTS || !deps.connected()) return done;
    await sleep(RETRY_AFTER_MS * attempt);
  }
};

/** The server compares ids within a stream only: that an id is nowhere else is this node's business. */
const heldElsewhere = async ({ replica }: KurrentEventStoreDeps, append: Append): Promise<StoreError | undefined> => {
  const { stream, expectedRevision: expected, entries } = append;
  for (const [i, { id }] of entries.entries()) {
    const place = await replica.events.placeOf(id)();
    if (E.isLeft(place)) return place.left;
    if (place.right === undefined) continue;
    if (place.right.stream === stream && place.right.revision === expected + 1 + i) continue;
    const last = await replica.events.lastRevision(stream)();
    return E.isLeft(last) ? last.left : { _tag: 'Conflict', stream, expected, actual: last.right };
  }
  return undefined;
};

const append = async (deps: KurrentEventStoreDeps, request: Append): Promise<Appended> => {
  const { replica, seenWithinMillis } = deps;
  const { stream, expectedRevision: expected, entries } = request;
  const refused = refusedAppend(request) ?? deps.fault() ?? (await heldElsewhere(deps, request));
  if (refused !== undefined) return E.left(refused);
  const done = await appendSurely(deps, request);
  if (E.isLeft(done)) {
    return done.left._tag === 'WrongRevision'
      ? E.left({ _tag: 'Conflict', stream, expected, actual: done.left.actual })
      : E.left(storeErrorOf(stream, done.left));
  }
  const lastRevision = expected + entries.length;
  const last = await replica.indexOf(stream, lastRevision, seenWithinMillis);
  const firstIndex = last === undefined ? undefined : await replica.indexOf(stream, expected + 1, seenWithinMillis);
  if (firstIndex !== undefined) return E.right({ firstIndex, lastRevision });
  deps.kick();
  return E.left(deps.fault() ?? unseen(stream));
};

/** What the cluster says and what this node saw before must be the same, byte for byte: neither is believed alone. */
const contradiction = (read: ReadonlyArray<KurrentEvent>, seen: ReadonlyArray<StoredEntry>): StoreError | undefined => {
  const at = read.findIndex(({ revision, bytes }, i) => {
    const own = seen[i];
    return own?.revision !== revision || bytes === undefined || !equalBytes(own.bytes, bytes);
  });
  const event = read[at];
  return event === undefined
    ? undefined
    : {
        _tag: 'StoreDamaged',
        where: `EventStoreDB stream ${event.stream} revision ${event.revision}`,
        rule: 'is not what this node saw before: it was edited, or this node has a copy of another ledger',
      };
};

const MOST_AT_ONCE = 1_000;

const readStream = async (
  deps: KurrentEventStoreDeps,
  stream: StreamId,
  from: number,
  limit: number,
): Promise<E.Either<StoreError, ReadonlyArray<StoredEntry>>> => {
  const { client, names, replica, seenWithinMillis } = deps;
  const fault = deps.fault();
  if (fault !== undefined) return E.left(fault);
  const count = Math.min(limit, MOST_AT_ONCE);
  const read = await client.read(names.ofLedger(stream), { from, limit: count })();
  if (E.isLeft(read)) return E.left(storeErrorOf(stream, read.left));
  const last = read.right.at(-1);
  if (last === undefined) return E.right([]);
  if ((await replica.indexOf(stream, last.revision, seenWithinMillis)) === undefined) {
    deps.kick();
    return E.left(deps.fault() ?? unseen(stream));
  }
  const seen = await replica.events.readStream(stream, from, read.right.length)();
  if (E.isLeft(seen)) return seen;
  const different = contradiction(read.right, seen.right);
  if (different !== undefined) return E.left(different);
  if (read.right.length < count || limit <= count) return seen;
  const more = await readStream(deps, stream, from + count, limit - count);
  return E.isLeft(more) ? more : E.right([...seen.right, ...more.right]);
};

/**
 * Events in EventStoreDB. Streams are read from the leader, so that no decision is made on what was true a moment ago;
 * all streams together, in the one order, from this node's copy.
 */
export const createKurrentEventStore = (deps: KurrentEventStoreDeps): EventStore => {
  const { events } = deps.replica;
  return {
    append: (request) => () => append(deps, request),
    readStream: (stream, from, limit) => () => readStream(deps, stream, from, limit),
    readAll: events.readAll,
    size: events.size,
    onAppended: events.onAppended,
  };
};
