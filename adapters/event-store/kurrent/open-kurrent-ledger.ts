import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../../../domain/encoding/bytes.js';
import type { EventStore, EvidenceStore, StoreError } from '../../../domain/ports.js';
import { createKurrentEvidenceStore } from '../../evidence-store/kurrent/kurrent-evidence-store.js';
import { openSqliteLedger, type SqliteLedger } from '../sqlite/open-sqlite-ledger.js';
import { catchUp } from './catch-up.js';
import { checkCluster } from './check-cluster.js';
import { connectKurrent, type KurrentClient, type KurrentEvent } from './client.js';
import { storeErrorOf } from './kurrent-error.js';
import { createKurrentEventStore } from './kurrent-event-store.js';
import { forgetsEvents, retentionIn } from './ledger-entry.js';
import { createReplica, type Replica } from './replica.js';
import { PREFIX, type StreamNames, streamNames } from './stream-names.js';
import { startTail } from './tail.js';
import { createWaiting, type Waiting } from './waiting.js';

export interface KurrentOptions {
  /** `esdb://` or `esdb+discover://`; may hold a password. */
  readonly url: string;
  readonly prefix: string;
  /** This node's copy. A second process on it is refused. */
  readonly replica: string;
  readonly positionFile: string;
  readonly deadlineMillis?: number;
  readonly seenWithinMillis?: number;
  /** For whoever moves the ledger elsewhere: its end is no fault, and what stands behind that is left out. */
  readonly toItsEnd?: boolean;
  /** Told once, when nothing may be read or written any more. */
  readonly onFault?: (fault: StoreError) => void;
}

export interface KurrentLedger {
  readonly events: EventStore;
  readonly evidence: EvidenceStore;
  readonly client: KurrentClient;
  readonly names: StreamNames;
  /** Everything that was in the ledger when this was called is in this node's copy when it ends. */
  readonly caughtUp: TE.TaskEither<StoreError, void>;
  /** Holds all of the cluster against this node's copy. */
  readonly check: TE.TaskEither<StoreError, true>;
  readonly connected: () => boolean;
  readonly fault: () => StoreError | undefined;
  readonly close: () => Promise<void>;
}

const SEEN_WITHIN_MS = 5_000;
const KEEP_POSITION_MS = 1_000;

interface Parts {
  readonly client: KurrentClient;
  readonly names: StreamNames;
  readonly copy: SqliteLedger;
  readonly replica: Replica;
  readonly beacons: Waiting<true>;
}

/** Metadata may have been mended since: what counts is what the stream has now. */
const metadataFault = async ({ client, names }: Parts, metastream: string): Promise<StoreError | undefined> => {
  const now = await client.read(metastream, { from: 'end', limit: 1 })();
  if (E.isLeft(now)) return storeErrorOf(metastream, now.left);
  const stream = metastream.slice(2);
  const key = retentionIn(now.right[0]?.json);
  return key === undefined || !stream.startsWith(names.ledger) ? undefined : forgetsEvents(stream, key);
};

const MOVED: StoreError = {
  _tag: 'StoreRefused',
  what: 'the ledger in EventStoreDB',
  rule: 'was moved elsewhere (sekisho ledger copy): nothing is read or written here any more',
};

/**
 * Entries go to the copy; beacons are told only when all entries before them are there. An append is acknowledged when it was
 * seen here, so none behind the ledger's end ever is, whichever node wrote it and whatever that node had seen.
 */
const takeBatch = (parts: Parts, toItsEnd: boolean) => {
  let ended = false;
  return async (events: ReadonlyArray<KurrentEvent>): Promise<E.Either<StoreError, void>> => {
    const { names, replica, beacons } = parts;
    const metadata = events.filter(({ stream }) => stream.startsWith(names.ledgerMetadata));
    for (const stream of new Set(metadata.map((event) => event.stream))) {
      const fault = await metadataFault(parts, stream);
      if (fault !== undefined) return E.left(fault);
    }
    const end = ended ? 0 : events.findIndex(({ stream }) => stream === names.moved);
    const before = end < 0 ? events : events.slice(0, end);
    const entries = before.filter(({ stream }) => stream.startsWith(names.ledger));
    const taken = entries.length === 0 ? E.right(undefined) : await replica.take(entries);
    if (E.isLeft(taken)) return taken;
    ended = end >= 0;
    if (ended && !toItsEnd) return E.left(MOVED);
    for (const { stream, id } of events) if (stream === names.beacon) beacons.came(id.toLowerCase(), true);
    return E.right(undefined);
  };
};

/** A cluster that was put back to an older state lacks what this node saw; going on would give the world two histories. */
const sameLedger = async ({ client, names, copy }: Parts): Promise<StoreError | undefined> => {
  const size = await copy.events.size()();
  if (E.isLeft(size)) return size.left;
  if (size.right === 0) return undefined;
  const last = await copy.events.readAll(size.right - 1, 1)();
  if (E.isLeft(last)) return last.left;
  const entry = last.right[0];
  if (entry === undefined) return undefined;
  const { stream, revision, bytes } = entry;
  const read = await client.read(names.ofLedger(stream), { from: revision, limit: 1 })();
  if (E.isLeft(read)) return storeErrorOf(stream, read.left);
  const there = read.right[0];
  return there?.revision === revision && there.bytes !== undefined && equalBytes(there.bytes, bytes)
    ? undefined
    : {
        _tag: 'StoreDamaged',
        where: `EventStoreDB stream ${names.ofLedger(stream)} revision ${revision}`,
        rule: 'must be what this node saw before: an older state of the cluster was put back, or this is another ledger',
      };
};

const run = async (options: KurrentOptions, parts: Parts): Promise<E.Either<StoreError, KurrentLedger>> => {
  const { client, names, copy, replica, beacons } = parts;
  const { onFault = () => undefined, seenWithinMillis = SEEN_WITHIN_MS, toItsEnd = false } = options;
  let fault: StoreError | undefined;
  const from = await replica.begin();
  const tail = startTail({
    client,
    prefixes: [names.ledger, names.ledgerMetadata, names.beacon, names.moved],
    from,
    take: takeBatch(parts, toItsEnd),
    onFault: (found) => {
      fault = found;
      replica.giveUp();
      beacons.giveUp();
      onFault(found);
    },
  });
  const keeping = setInterval(() => void replica.keepPosition(), KEEP_POSITION_MS).unref();
  const close = async (): Promise<void> => {
    clearInterval(keeping);
    await tail.stop();
    replica.giveUp();
    beacons.giveUp();
    await replica.keepPosition();
    await client.close();
    await copy.close();
  };
  const { connected, kick } = tail;
  const caughtUp = catchUp({ client, names, beacons, copy: copy.events, kick, fault: () => fault });
  const done = await caughtUp();
  if (E.isLeft(done)) {
    await close();
    return done;
  }
  const events = createKurrentEventStore({
    client,
    names,
    replica,
    fault: () => fault,
    connected,
    kick,
    seenWithinMillis,
  });
  const evidence = createKurrentEvidenceStore({ client, names });
  const check = checkCluster({ client, names, copy: copy.events });
  return E.right({ events, evidence, client, names, caughtUp, check, connected, fault: () => fault, close });
};

/** Opens this node's copy, follows the cluster from there and waits until both are the same. */
export const openKurrentLedger =
  (options: KurrentOptions): TE.TaskEither<StoreError, KurrentLedger> =>
  async () => {
    const { url, deadlineMillis, prefix, positionFile } = options;
    const client = connectKurrent({ url, ...(deadlineMillis === undefined ? {} : { deadlineMillis }) });
    if (client === undefined) {
      const rule =
        'must be esdb:// or esdb+discover:// as EventStoreDB documents it, with throwOnAppendFailure as it is';
      return E.left({ _tag: 'StoreRefused', what: 'connection string of the store', rule });
    }
    if (!PREFIX.test(prefix)) {
      const rule = 'must be a small letter and at most 31 small letters and digits';
      return E.left({ _tag: 'StoreRefused', what: 'prefix of the streams', rule });
    }
    const copy = await openSqliteLedger(options.replica, 'copy')();
    if (E.isLeft(copy)) return copy;
    const names = streamNames(prefix);
    const replica = createReplica({ events: copy.right.events, names, positionFile });
    const parts: Parts = { client, names, copy: copy.right, replica, beacons: createWaiting<true>() };
    const different = await sameLedger(parts);
    if (different === undefined) return run(options, parts);
    await client.close();
    await copy.right.close();
    return E.left(different);
  };
