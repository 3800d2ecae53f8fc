import type { Database } from './database.js';

/** Changes whenever a table does; a file of another form is made anew. */
export const FORM = 1;

const TABLES = [
  'CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  'CREATE TABLE versions (projection INTEGER NOT NULL, key TEXT NOT NULL, from_index INTEGER NOT NULL, row TEXT)',
  'CREATE TABLE current (projection INTEGER NOT NULL, key TEXT NOT NULL, row TEXT, PRIMARY KEY (projection, key)) WITHOUT ROWID',
  'CREATE TABLE times (first INTEGER PRIMARY KEY, first_time INTEGER NOT NULL, times BLOB NOT NULL)',
  'CREATE INDEX times_by_time ON times (first_time, first)',
  'CREATE TABLE tips (stream TEXT PRIMARY KEY, revision INTEGER NOT NULL, leaf TEXT NOT NULL) WITHOUT ROWID',
];

/** Made when the first folding is done: filling an index row by row costs three times as much. */
const INDEX = 'CREATE UNIQUE INDEX versions_by_key ON versions (projection, key, from_index)';

/** Rebuildable, so a power cut may lose what it wrote last, though never tear the file. */
export const configure = (database: Database): void =>
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536');

/** From here on somebody else brings the log into the file; a log of 64 MB is not waited for. */
export const leaveCheckpoints = (database: Database): void => database.exec('PRAGMA wal_autocheckpoint = 16384');

/**
 * The whole log into the file, now. Closing a connection does so only when no statement of it waits to be collected as garbage,
 * and whoever copies the file or looks at it looks at it alone.
 */
export const endLog = (database: Database): void => database.exec('PRAGMA wal_checkpoint(TRUNCATE)');

export const createTables = (database: Database): void => database.exec(['BEGIN', ...TABLES, 'COMMIT'].join(';'));

export const createIndex = (database: Database): void => database.exec(INDEX);

/** Whether tables and indexes are those of a finished file, and nothing else is there. */
export const hasOurTables = (database: Database): boolean => {
  const found = database.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL').all([]);
  const ours = [...TABLES, INDEX];
  return found.length === ours.length && found.every(([sql]) => ours.some((made) => made === sql));
};

export const readMeta = (database: Database, name: string): string | undefined => {
  const value = database.prepare('SELECT value FROM meta WHERE name = ?').get([name])?.[0];
  return typeof value === 'string' ? value : undefined;
};
