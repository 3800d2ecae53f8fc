import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type { Hashing, StoredEntry } from '../../../domain/ports.js';
import { type Database, openDatabase } from '../database.js';
import { foldEntries, type Memory } from '../fold.js';
import { emptyMemory } from '../memory.js';
import { hasOurTables, readMeta } from '../tables.js';
import { formOf } from '../write-batch.js';
import { compareCurrent } from './compare-current.js';
import { compareHistory } from './compare-history.js';
import { compareTimes } from './compare-times.js';
import type { ReadModelFault } from './read-model-fault.js';

/** What a ledger's entries make of the read models, against what is kept of them. */
export interface ReadModelReport {
  /**
   * `compared`: all that is kept. `partly`: up to where the ledger is whole. `absent`: nothing is kept. `outdated`: what is
   * kept is of another version of this program, or was never finished; the next start makes it anew.
   */
  readonly state: 'compared' | 'partly' | 'absent' | 'outdated';
  /** From so many entries they were made again. */
  readonly entries: number;
  readonly faults: ReadonlyArray<ReadModelFault>;
}

export interface ReadModelComparison {
  /** The ledger's entries, checked, from the first on. */
  readonly take: (entries: ReadonlyArray<StoredEntry>) => void;
  /** `whole`: all entries of the ledger were taken, and there are `size`. */
  readonly finish: (ledger: { readonly whole: boolean; readonly size: number }) => ReadModelReport;
}

interface Kept {
  readonly database: Database;
  readonly checkpoint: Pick<Memory, 'next' | 'lastId' | 'time'>;
}

const READABLE = 'must be readable; it is made anew when it is deleted';

const damaged = (where: string, rule: string): ReadModelFault => ({ _tag: 'StoreDamaged', where, rule });

const attempt = <A>(where: string, work: () => A): E.Either<ReadModelFault, A> =>
  E.tryCatch(work, () => damaged(where, READABLE));

const checkpointIn = (text: string | undefined): Kept['checkpoint'] | undefined => {
  const value = E.tryCatch(() => JSON.parse(text ?? '') as Partial<Kept['checkpoint']> | null, E.toError);
  const { next, lastId, time } = (E.isRight(value) ? value.right : null) ?? {};
  return typeof next === 'number' && typeof lastId === 'string' && typeof time === 'number'
    ? { next, lastId, time }
    : undefined;
};

/** One moment of the file, whoever goes on writing it. Undefined: whoever opens it throws it away. */
const openKept = (file: string): Kept | undefined => {
  const database = openDatabase(file);
  try {
    database.exec('PRAGMA query_only = 1; PRAGMA cache_size = -65536; BEGIN');
    const isOurs = database.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'").get([])?.[0] === 1;
    const checkpoint = isOurs ? checkpointIn(readMeta(database, 'checkpoint')) : undefined;
    if (checkpoint !== undefined && readMeta(database, 'form') === formOf(emptyMemory()))
      return { database, checkpoint };
    close(database);
    return undefined;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** Ends the reading: the library keeps a closed file's locks for a while. */
const close = (database: Database): void => {
  database.exec('COMMIT');
  database.close();
};

const fileFaults = (database: Database, where: string): ReadonlyArray<ReadModelFault> => {
  if (!hasOurTables(database)) return [damaged(where, 'tables and indexes must be those that this program makes')];
  const found = database.prepare('PRAGMA integrity_check(1)').get([])?.[0];
  return found === 'ok' ? [] : [damaged(where, `SQLite finds: ${String(found)}`)];
};

/** What the checkpoint says besides how far it is; it must be what the entries up to there say. */
const checkpointFaults = (where: string, { checkpoint }: Kept, memory: Memory): ReadonlyArray<ReadModelFault> =>
  checkpoint.time === memory.time
    ? []
    : [{ _tag: 'ReadModelRowChanged', where, table: 'meta', model: '', key: 'checkpoint', index: null }];

const compareKept = (hashing: Hashing, where: string, kept: Kept): ReadModelComparison => {
  const { database, checkpoint } = kept;
  const memory = emptyMemory();
  const [history, times] = [compareHistory(database, where, memory), compareTimes(database, where)];
  let broken: ReadModelFault | undefined;
  const reached = (): boolean => memory.next >= checkpoint.next;
  const takeNow = (entries: ReadonlyArray<StoredEntry>): void => {
    const batch = foldEntries(hashing, memory, entries);
    if (E.isLeft(batch)) {
      broken = batch.left;
      return;
    }
    history.take(batch.right.versions);
    times.take(batch.right.first, batch.right.times);
  };
  const differences = (whole: boolean, size: number): ReadonlyArray<ReadModelFault> => {
    const folded = checkpoint.next;
    if (reached() && memory.lastId !== checkpoint.lastId) return [{ _tag: 'ReadModelsForeign', where, folded }];
    return [
      ...history.finish(reached(), memory.next),
      ...times.finish(reached()),
      ...(reached() ? [...compareCurrent(database, where, memory), ...checkpointFaults(where, kept, memory)] : []),
      ...(whole && !reached() ? [{ _tag: 'ReadModelsAhead' as const, where, folded, store: size }] : []),
      ...fileFaults(database, where),
    ];
  };
  return {
    take: (entries) => {
      const wanted = entries.filter(({ index }) => index < checkpoint.next);
      if (broken !== undefined || wanted.length === 0) return;
      const taken = attempt(where, () => takeNow(wanted));
      if (E.isLeft(taken)) broken = taken.left;
    },
    finish: ({ whole, size }) => {
      const found = attempt(where, () => (broken === undefined ? differences(whole, size) : [broken]));
      attempt(where, () => close(database));
      const faults = E.isRight(found) ? found.right : [found.left];
      return { state: whole || reached() ? 'compared' : 'partly', entries: memory.next, faults };
    },
  };
};

const nothingKept = (
  state: ReadModelReport['state'],
  faults: ReadonlyArray<ReadModelFault> = [],
): ReadModelComparison => ({
  take: () => undefined,
  finish: () => ({ state, entries: 0, faults }),
});

/**
 * Makes all read models again from the entries that it is given, and holds them against the file, row by row: what is
 * current, what was at any earlier index, at which time, and how far each stream was followed. Works beside whoever
 * writes the file. Memory: the current rows, as when they are made.
 */
export const compareReadModels = (hashing: Hashing, file: string): ReadModelComparison => {
  if (!existsSync(file)) return nothingKept('absent');
  const opened = attempt(file, () => openKept(file));
  if (E.isLeft(opened)) return nothingKept('compared', [opened.left]);
  if (opened.right === undefined) return nothingKept('outdated');
  const { right: kept } = opened;
  const comparison = attempt(file, () => compareKept(hashing, file, kept));
  return E.isRight(comparison) ? comparison.right : nothingKept('compared', [comparison.left]);
};
