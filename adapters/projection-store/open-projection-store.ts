import { rmSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { LedgerReader } from '../../domain/ledger/ledger.js';
import type { LoadFault } from '../../domain/ledger/load-stream.js';
import type { AccessRow } from '../../projections/access-row.js';
import type { ApprovalsRow } from '../../projections/approvals.js';
import type { AnyClusterRow } from '../../projections/cluster-row.js';
import type { GuardRow } from '../../projections/guard.js';
import type { HostTrustRow, TakenBackRow } from '../../projections/host-trust-row.js';
import type { AnyInventoryRow } from '../../projections/inventory-row.js';
import type { KeyProviderRow } from '../../projections/key-provider-row.js';
import type { KeyLedgerRow } from '../../projections/key-row.js';
import type { OperatorRow } from '../../projections/operators.js';
import type { PrincipalRow } from '../../projections/principals.js';
import type { ReferenceRow } from '../../projections/reference-row.js';
import { createCheckpointer } from './checkpointer.js';
import { type Database, openDatabase } from './database.js';
import type { Memory } from './fold.js';
import { createFollower, type Follower, openingRun } from './follower.js';
import { createLedgerTimes, type LedgerTimes } from './ledger-times.js';
import { emptyMemory, loadMemory } from './memory.js';
import { configure, createTables, endLog, leaveCheckpoints } from './tables.js';
import { createView, type View } from './view.js';
import { createWriter, type Writer } from './write-batch.js';

/** All read models of one ledger, kept in a file of their own that can be deleted at any time. */
export interface ProjectionStore extends LedgerTimes {
  readonly hostTrust: View<HostTrustRow | TakenBackRow>;
  readonly reference: View<ReferenceRow>;
  readonly operators: View<OperatorRow>;
  readonly keyProviders: View<KeyProviderRow>;
  readonly keyLedger: View<KeyLedgerRow>;
  readonly approvals: View<ApprovalsRow>;
  readonly identities: View<AccessRow>;
  readonly principals: View<PrincipalRow>;
  readonly guard: View<GuardRow>;
  readonly clusters: View<AnyClusterRow>;
  readonly inventories: View<AnyInventoryRow>;
  /** The last ledger index that reads show; -1: none. */
  readonly index: () => number;
  /** When that entry was recorded, in milliseconds, without asking the file; undefined: there is none. */
  readonly timeNow: () => number | undefined;
  /** Reads show this index from then on. Left: the ledger can't be followed, for this reason, or does not reach so far. */
  readonly waitFor: (index: number) => TE.TaskEither<LoadFault, void>;
  /** Resolves when the file holds everything that reads showed. */
  readonly close: () => Promise<void>;
}

interface Opened {
  readonly database: Database;
  readonly memory: Memory;
  readonly writer: Writer;
}

const remove = (file: string): void => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
};

const begin = (file: string): Opened => {
  remove(file);
  const database = openDatabase(file);
  configure(database);
  createTables(database);
  return { database, memory: emptyMemory(), writer: createWriter(database) };
};

/** Undefined when there is no file, or none that this program can use: then it is begun anew. */
const openKept = (file: string): Opened | undefined => {
  let database: Database | undefined;
  try {
    database = openDatabase(file);
    configure(database);
    const memory = loadMemory(database);
    if (memory !== undefined) return { database, memory, writer: createWriter(database) };
  } catch {
    // Not an SQLite file, or a damaged one.
  }
  database?.close();
  return undefined;
};

/** A ledger that is shorter, or another one, than what was folded: a restored backup, say. */
const isOfThisLedger = async ({ store }: LedgerReader, { next, lastId }: Memory): Promise<boolean> => {
  if (next === 0) return true;
  const last = await store.readAll(next - 1, 1)();
  return E.isRight(last) && last.right[0]?.id === lastId;
};

const prepare = async (reader: LedgerReader, file: string): Promise<E.Either<LoadFault, Opened>> => {
  const kept = openKept(file);
  const usable = kept !== undefined && (await isOfThisLedger(reader, kept.memory));
  if (!usable) kept?.database.close();
  const opened = usable ? kept : begin(file);
  const done = await openingRun(reader, file, opened.memory, opened.writer, !usable);
  if (E.isRight(done)) return E.right(opened);
  opened.database.close();
  return done;
};

const waitFor =
  ({ memory }: Opened, follower: Follower) =>
  (index: number): TE.TaskEither<LoadFault, void> =>
  async () => {
    // A run that was under way may have begun before the index was appended: the second one began after.
    for (let attempt = 0; attempt < 2 && memory.next <= index; attempt++) {
      const done = await follower.catchUp();
      if (E.isLeft(done)) return done;
    }
    return memory.next > index
      ? E.right(undefined)
      : E.left({ _tag: 'StoreUnavailable', detail: `index ${String(index)} is not in the ledger` });
  };

/** What is appended meanwhile is folded and written together: one transaction costs as much as folding ten events. */
const FOLLOW_AFTER_MS = 10;

const storeOf = (reader: LedgerReader, file: string, opened: Opened): ProjectionStore => {
  const { database, memory, writer } = opened;
  const checkpointer = createCheckpointer(file);
  leaveCheckpoints(database);
  const follower = createFollower(reader, file, memory, writer, checkpointer.wrote);
  let due: NodeJS.Timeout | undefined;
  const soon = (): void => {
    due ??= setTimeout(() => {
      due = undefined;
      void follower.catchUp();
    }, FOLLOW_AFTER_MS);
  };
  const stop = reader.store.onAppended(soon);
  void follower.catchUp();
  return {
    ...createLedgerTimes(database),
    hostTrust: createView(database, file, memory, 0),
    reference: createView(database, file, memory, 1),
    operators: createView(database, file, memory, 2),
    keyProviders: createView(database, file, memory, 3),
    keyLedger: createView(database, file, memory, 4),
    approvals: createView(database, file, memory, 5),
    identities: createView(database, file, memory, 6),
    clusters: createView(database, file, memory, 7),
    principals: createView(database, file, memory, 8),
    inventories: createView(database, file, memory, 9),
    guard: createView(database, file, memory, 10),
    index: () => memory.next - 1,
    timeNow: () => (memory.next === 0 ? undefined : memory.time),
    waitFor: waitFor(opened, follower),
    close: async () => {
      stop();
      clearTimeout(due);
      await checkpointer.close();
      // A file that can't be written is made anew at the next start.
      E.tryCatch(() => endLog(database), String);
      database.close();
    },
  };
};

/**
 * Opens the read models and brings them up to the ledger's end. A file that is damaged, of another form or ahead of the
 * ledger is thrown away and folded anew. Left: the ledger itself is not what was written.
 */
export const openProjectionStore = (reader: LedgerReader, file: string): TE.TaskEither<LoadFault, ProjectionStore> =>
  pipe(
    TE.tryCatch(
      () => prepare(reader, file),
      (): LoadFault => ({ _tag: 'StoreUnavailable', detail: `${file} can not be opened` }),
    ),
    TE.flatMapEither((opened) => opened),
    TE.map((opened) => storeOf(reader, file, opened)),
  );
