import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { EvidenceStore, StoreError } from '../../../domain/ports.js';
import { createDigestList, type DigestList } from '../../evidence-store/sqlite/list-digests.js';
import { createSqliteEvidenceStore } from '../../evidence-store/sqlite/sqlite-evidence-store.js';
import { type Database, openDatabase } from './database.js';
import { lockFile } from './file-lock.js';
import { createLane } from './lane.js';
import { createSchema, fullCheck, isEmpty, quickCheck } from './schema.js';
import { createSqliteEventStore, type SqliteEventStore } from './sqlite-event-store.js';
import { storeErrorOf } from './store-error.js';
import { createTail } from './tail.js';

/** Everything that a ledger's one file holds. */
export interface SqliteLedger {
  readonly events: SqliteEventStore;
  readonly evidence: EvidenceStore;
  readonly digests: DigestList;
  /** SQLite's own check of the whole file: what opening is too quick for. */
  readonly check: TE.TaskEither<StoreError, true>;
  /** Waits for what is under way, then gives the file free. */
  readonly close: () => Promise<void>;
}

/**
 * `ledger`: what is acknowledged survives a power cut. `copy`: of a store elsewhere, which can give again what a power cut
 * took; the file itself stays whole.
 */
export type Keeping = 'ledger' | 'copy';

const SYNCHRONOUS: Readonly<Record<Keeping, string>> = { ledger: 'FULL', copy: 'NORMAL' };

const PRAGMAS = ['journal_mode = WAL', 'cache_size = -65536', 'wal_autocheckpoint = 8192', 'cell_size_check = ON'];

/** The file is made by us, before SQLite would make it with whatever mode the process happens to give. */
const makeFile = async (file: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const made = await open(file, 'a', 0o600);
  await made.sync();
  await made.close();
  const folder = await open(dirname(file), 'r');
  await folder.sync();
  await folder.close();
};

const prepareFile = async (file: string, database: Database, keeping: Keeping): Promise<StoreError | undefined> => {
  for (const pragma of [...PRAGMAS, `synchronous = ${SYNCHRONOUS[keeping]}`])
    await (await database.prepare(`PRAGMA ${pragma}`)).all([]);
  if (!(await isEmpty(database))) return quickCheck(file, database);
  await createSchema(database);
  return undefined;
};

const assemble = async (file: string, database: Database, unlock: () => void): Promise<SqliteLedger> => {
  const tail = await createTail(database);
  const lane = await createLane(database, tail);
  const failed = (error: unknown): E.Either<StoreError, never> => E.left(storeErrorOf(file, error));
  return {
    events: await createSqliteEventStore(file, database, lane, tail),
    evidence: await createSqliteEvidenceStore(file, database, lane),
    digests: await createDigestList(file, database, lane),
    check: () =>
      lane
        .read(() => fullCheck(file, database))
        .then((fault): E.Either<StoreError, true> => (fault === undefined ? E.right(true) : E.left(fault)))
        .catch(failed),
    close: async () => {
      await lane.drained();
      await database.exec('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
      database.close();
      unlock();
    },
  };
};

const openLocked = async (
  file: string,
  keeping: Keeping,
  unlock: () => void,
): Promise<E.Either<StoreError, SqliteLedger>> => {
  const database = openDatabase(file);
  try {
    const fault = await prepareFile(file, database, keeping);
    if (fault === undefined) return E.right(await assemble(file, database, unlock));
    database.close();
    return E.left(fault);
  } catch (error) {
    database.close();
    throw error;
  }
};

/** Opens the ledger's file, or makes it. Left when another process has it open, or when it is not what was written. */
export const openSqliteLedger =
  (file: string, keeping: Keeping = 'ledger'): TE.TaskEither<StoreError, SqliteLedger> =>
  async () => {
    let unlock: (() => void) | undefined;
    try {
      await makeFile(file);
      unlock = await lockFile(file);
      const opened = await openLocked(file, keeping, unlock);
      if (E.isLeft(opened)) unlock();
      return opened;
    } catch (error) {
      unlock?.();
      return E.left(storeErrorOf(file, error));
    }
  };
