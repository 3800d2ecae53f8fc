import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Append, StoreError } from '../../domain/ports.js';
import type { CheckpointRecord } from '../../domain/transparency/ports.js';
import { CHECKPOINT_PATH } from '../../domain/transparency/read-signed.js';
import type { DataFolder } from '../authority/data-folder.js';
import type { StoreChoice } from '../authority/store-file.js';
import type { KurrentClient, KurrentEvent, Position } from '../event-store/kurrent/client.js';
import { storeErrorOf } from '../event-store/kurrent/kurrent-error.js';
import { type KurrentLedger, openKurrentLedger } from '../event-store/kurrent/open-kurrent-ledger.js';
import { startTail } from '../event-store/kurrent/tail.js';
import { createFolderTileStorage } from '../transparency/folder-tile-storage.js';
import { createKurrentCheckpointRecord, placeFault } from '../transparency/kurrent/kurrent-checkpoint-record.js';
import { putNext } from '../transparency/kurrent/last-event.js';
import { shareCheckpoint } from '../transparency/kurrent/shared-checkpoint.js';
import { appendsOf } from './appends-of.js';
import type { CopyFault } from './copy-fault.js';
import { movedBytes, targetIn } from './copy-marks.js';
import type { CopyPlace } from './copy-place.js';

const ENTRY_TYPE = 'SekishoEntry';
const MOVED_TYPE = 'SekishoMoved';
const MOST_ATTEMPTS = 10;
const RETRY_AFTER_MS = 200;
/** Each may hold half a megabyte. */
const MOST_BLOBS_WAITING = 32;

/** Nothing goes out before this is known to be there: what comes later in the ledger must not come earlier in the cluster. */
const appendOne = async (
  { client, names }: KurrentLedger,
  { stream, expectedRevision, entries }: Append,
): Promise<E.Either<CopyFault, void>> => {
  const name = names.ofLedger(stream);
  const events = entries.map(({ id, bytes }) => ({ id, type: ENTRY_TYPE, bytes }));
  for (let attempt = 1; ; attempt++) {
    const done = await client.append(name, expectedRevision, events)();
    if (E.isRight(done)) return done;
    if (done.left._tag === 'WrongRevision')
      return E.left({ _tag: 'TargetHoldsOther', where: name, rule: 'was written to by somebody else' });
    if (done.left._tag !== 'OutcomeUnknown' || attempt >= MOST_ATTEMPTS) return E.left(storeErrorOf(name, done.left));
    await sleep(RETRY_AFTER_MS * attempt);
  }
};

const append =
  (ledger: KurrentLedger): CopyPlace['append'] =>
  (entries) =>
  async () => {
    for (const each of appendsOf(entries)) {
      const done = await appendOne(ledger, each);
      if (E.isLeft(done)) return done;
    }
    return E.right(undefined);
  };

/** A blob's first chunk; one that was given up half-way was never acknowledged, and reading it tells so. */
const digestOf = ({ names }: KurrentLedger, { stream, revision }: KurrentEvent): string | undefined =>
  revision === 0 && stream.startsWith(names.evidencePrefix) ? stream.slice(names.evidencePrefix.length) : undefined;

const eachBlob = (ledger: KurrentLedger): CopyPlace['eachBlob'] => {
  const { client, names } = ledger;
  let from: Position | undefined;
  return (take) => () =>
    new Promise((resolve) => {
      const beacon = randomUUID();
      const end = (outcome: E.Either<CopyFault, void>): void => {
        void tail.stop();
        resolve(outcome);
      };
      const takeAll = async (events: ReadonlyArray<KurrentEvent>): Promise<E.Either<StoreError, void>> => {
        for (const event of events) {
          const sha256 = digestOf(ledger, event);
          const taken = sha256 === undefined ? E.right(undefined) : await take(sha256)();
          if (E.isLeft(taken)) {
            setImmediate(() => end(taken));
            return E.right(undefined);
          }
          from = event.position ?? from;
        }
        if (events.some(({ id }) => id.toLowerCase() === beacon)) setImmediate(() => end(E.right(undefined)));
        return E.right(undefined);
      };
      const tail = startTail({
        client,
        prefixes: [names.evidencePrefix, names.beacon],
        from,
        take: takeAll,
        onFault: (fault) => end(E.left(fault)),
        mostWaiting: MOST_BLOBS_WAITING,
      });
      const light = async (): Promise<void> => {
        const lit = await client.append(names.beacon, 'any', [
          { id: beacon, type: 'Beacon', bytes: new Uint8Array() },
        ])();
        if (E.isLeft(lit)) end(E.left(storeErrorOf(names.beacon, lit.left)));
      };
      void light();
    });
};

const movedTo = ({ client, names }: KurrentLedger): CopyPlace['movedTo'] =>
  pipe(
    client.read(names.moved, { from: 0, limit: 1 }),
    TE.mapLeft((error): CopyFault => storeErrorOf(names.moved, error)),
    TE.flatMapEither(([mark]): E.Either<CopyFault, string | undefined> => {
      if (mark === undefined) return E.right(undefined);
      const target = targetIn(mark.bytes ?? new Uint8Array());
      return target === undefined
        ? E.left({ _tag: 'StoreDamaged', where: names.moved, rule: 'must be as ledger copy wrote it' })
        : E.right(target);
    }),
  );

const lastTwo = (client: Pick<KurrentClient, 'read'>, stream: string) =>
  pipe(client.read(stream, { from: 'end', limit: 2 }), TE.mapLeft(placeFault(stream)));

/** The record without the mark that may stand behind it. */
const recordOf = ({ client, names }: KurrentLedger): CheckpointRecord => ({
  ...createKurrentCheckpointRecord(client, names.record),
  read: () =>
    pipe(
      lastTwo(client, names.record),
      TE.map((events) => events.find(({ type }) => type !== MOVED_TYPE)?.bytes),
    ),
});

/** A node that is about to record a checkpoint, and has not heard yet, finds another last event than it expects. */
const fenceRecord = async (
  { client, names }: KurrentLedger,
  target: string,
): Promise<E.Either<CopyFault, undefined>> => {
  for (let attempt = 1; ; attempt++) {
    const last = await lastTwo(client, names.record)();
    if (E.isLeft(last)) return last;
    if (last.right[0]?.type === MOVED_TYPE) return E.right(undefined);
    const revision = last.right[0]?.revision ?? -1;
    const put = await putNext(client, names.record, revision, MOVED_TYPE, movedBytes(target))();
    if (E.isRight(put)) return E.right(undefined);
    if (put.left._tag !== 'WrongRevision' || attempt >= MOST_ATTEMPTS)
      return E.left(placeFault(names.record)(put.left));
  }
};

const end =
  (ledger: KurrentLedger): CopyPlace['end'] =>
  (target) =>
  async () => {
    const { client, names } = ledger;
    const marked = await putNext(client, names.moved, -1, MOVED_TYPE, movedBytes(target))();
    if (E.isLeft(marked) && marked.left._tag !== 'WrongRevision') return E.left(storeErrorOf(names.moved, marked.left));
    const there = await movedTo(ledger)();
    if (E.isLeft(there)) return there;
    return there.right === target
      ? fenceRecord(ledger, target)
      : E.left({ _tag: 'MovedBefore', where: 'EventStoreDB' });
  };

/** The ledger in a cluster, over this folder's copy of it. Other nodes may go on writing to it until its end. */
export const openKurrentPlace = (folder: DataFolder, choice: StoreChoice): TE.TaskEither<StoreError, CopyPlace> => {
  const own = createFolderTileStorage(folder.logTiles);
  return pipe(
    openKurrentLedger({
      ...choice,
      replica: folder.replica,
      positionFile: folder.replicaPosition,
      toItsEnd: true,
    }),
    TE.map((ledger) => {
      const shared = shareCheckpoint(ledger.client, ledger.names.published, own);
      return {
        alone: false,
        name: `EventStoreDB (prefix ${choice.prefix})`,
        events: ledger.events,
        evidence: ledger.evidence,
        eachBlob: eachBlob(ledger),
        append: append(ledger),
        caughtUp: ledger.caughtUp,
        check: ledger.check,
        record: recordOf(ledger),
        published: { read: () => shared.read(CHECKPOINT_PATH), write: shared.write },
        movedTo: movedTo(ledger),
        end: end(ledger),
        close: ledger.close,
      };
    }),
  );
};
