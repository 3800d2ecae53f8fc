import { blobOf, type Database, type SqlValue, type Statement } from './database.js';
import type { Batch, Memory, RowVersion } from './fold.js';
import { createIndex, FORM } from './tables.js';

const AT_ONCE = 50;

/** Writes what was folded, each batch in one transaction with its checkpoint. */
export interface Writer {
  /** `also` is done in the same transaction. */
  readonly write: (batch: Batch, memory: Memory, also?: () => void) => void;
  /** While everything is folded from the beginning: only the history is written, and nothing counts before `finish`. */
  readonly writeHistory: (batch: Batch) => void;
  readonly finish: (memory: Memory) => void;
}

/** What the file was folded with; anything else is folded anew. */
export const formOf = ({ folded }: Memory): string =>
  JSON.stringify([FORM, ...folded.map(({ projection: { name, version } }) => [name, version])]);

interface Statements {
  readonly one: Statement;
  readonly many: Statement;
  readonly current: Statement;
  readonly times: Statement;
  readonly tip: Statement;
  readonly meta: Statement;
}

const prepare = (database: Database): Statements => ({
  one: database.prepare('INSERT INTO versions VALUES (?, ?, ?, ?)'),
  many: database.prepare(`INSERT INTO versions VALUES ${Array(AT_ONCE).fill('(?, ?, ?, ?)').join(',')}`),
  current: database.prepare('INSERT OR REPLACE INTO current VALUES (?, ?, ?)'),
  times: database.prepare('INSERT INTO times VALUES (?, ?, ?)'),
  tip: database.prepare('INSERT OR REPLACE INTO tips VALUES (?, ?, ?)'),
  meta: database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)'),
});

const valuesOf = ({ projection, key, from, row }: RowVersion): ReadonlyArray<SqlValue> => [projection, key, from, row];

const writeHistory = ({ one, many, times }: Statements, batch: Batch): void => {
  const whole = batch.versions.length - (batch.versions.length % AT_ONCE);
  for (let i = 0; i < whole; i += AT_ONCE) many.run(batch.versions.slice(i, i + AT_ONCE).flatMap(valuesOf));
  for (const version of batch.versions.slice(whole)) one.run(valuesOf(version));
  if (batch.times.length > 0) times.run([batch.first, batch.times[0] ?? 0, new Uint8Array(batch.times.buffer)]);
};

const writeTips = ({ tip }: Statements, { tips }: Memory, streams: Iterable<string>): void => {
  for (const stream of streams) {
    const { revision, leaf } = tips.get(stream) ?? { revision: -1, leaf: '' };
    tip.run([stream, revision, leaf]);
  }
};

const writeCheckpoint = ({ meta }: Statements, { next, lastId, time }: Memory): void =>
  meta.run(['checkpoint', JSON.stringify({ next, lastId, time })]);

const writeCurrent = ({ current }: Statements, { versions }: Batch): void => {
  const newest = new Map(versions.map((version) => [`${String(version.projection)} ${version.key}`, version]));
  for (const { projection, key, row } of newest.values()) current.run([projection, key, row]);
};

const writeAllCurrent = ({ current }: Statements, { folded }: Memory): void => {
  for (const [projection, { rows, keys }] of folded.entries()) {
    for (const key of keys) current.run([projection, key, rows.has(key) ? JSON.stringify(rows.get(key)) : null]);
  }
};

export const createWriter = (database: Database): Writer => {
  const statements = prepare(database);
  const inTransaction = (work: () => void): void => {
    database.exec('BEGIN');
    try {
      work();
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  };
  return {
    write: (batch, memory, also) =>
      inTransaction(() => {
        writeHistory(statements, batch);
        writeCurrent(statements, batch);
        writeTips(statements, memory, batch.streams);
        writeCheckpoint(statements, memory);
        also?.();
      }),
    writeHistory: (batch) => inTransaction(() => writeHistory(statements, batch)),
    finish: (memory) =>
      inTransaction(() => {
        createIndex(database);
        writeAllCurrent(statements, memory);
        writeTips(statements, memory, memory.tips.keys());
        writeCheckpoint(statements, memory);
        statements.meta.run(['form', formOf(memory)]);
      }),
  };
};

/** The times of a `times` row. Copied, because the numbers need an aligned start. */
export const timesOf = (value: unknown): Float64Array => new Float64Array(Uint8Array.from(blobOf(value)).buffer);
