import type { StoreError } from '../../../domain/ports.js';
import type { Database } from './database.js';

/** "SEKI": says in the file's header whose file it is. */
const APPLICATION_ID = 0x53454b49;
const VERSION = 1;

const TABLES = [
  'CREATE TABLE entries (idx INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id BLOB NOT NULL, bytes BLOB NOT NULL) STRICT',
  'CREATE UNIQUE INDEX entries_place ON entries (stream, revision)',
  'CREATE UNIQUE INDEX entries_id ON entries (id)',
  'CREATE TABLE blobs (sha256 BLOB PRIMARY KEY, encoding TEXT NOT NULL, size INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT',
];

const numberOf = async (database: Database, sql: string): Promise<number> => {
  const value = (await database.prepare(sql)).get([])?.[0];
  return typeof value === 'number' ? value : -1;
};

/** For a new file: everything in one transaction, so that a crash leaves an empty file or a whole one. */
export const createSchema = (database: Database): Promise<void> =>
  database.exec(
    [
      'BEGIN IMMEDIATE',
      ...TABLES,
      `PRAGMA application_id = ${APPLICATION_ID}`,
      `PRAGMA user_version = ${VERSION}`,
      'COMMIT',
    ].join(';'),
  );

/** Nothing at all is in the file yet. */
export const isEmpty = async (database: Database): Promise<boolean> =>
  (await numberOf(database, 'SELECT count(*) FROM sqlite_schema')) === 0 &&
  (await numberOf(database, 'PRAGMA application_id')) === 0;

const schemaFault = async (database: Database): Promise<string | undefined> => {
  if ((await numberOf(database, 'PRAGMA application_id')) !== APPLICATION_ID) return 'must be a ledger of ours';
  const version = await numberOf(database, 'PRAGMA user_version');
  if (version !== VERSION) return `is of version ${version}, this program reads version ${VERSION}`;
  const found = await (await database.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL')).all([]);
  const same = found.length === TABLES.length && found.every(([sql]) => TABLES.some((table) => table === sql));
  return same ? undefined : 'tables and indexes must be those that this program makes';
};

/** Rows are numbered from 0 without gaps, so one that is missing shows in the count. Reads an index, not the entries. */
const countFault = async (database: Database): Promise<string | undefined> => {
  const count = await numberOf(database, 'SELECT count(*) FROM entries INDEXED BY entries_place');
  if (count === 0) return undefined;
  const [first, last] = [
    await numberOf(database, 'SELECT min(idx) FROM entries'),
    await numberOf(database, 'SELECT max(idx) FROM entries'),
  ];
  return first === 0 && last === count - 1
    ? undefined
    : `${count} entries are there, but they are numbered ${first} to ${last}: some were removed or added`;
};

/** What can be told in a second whatever the size; verifying the ledger tells the rest. Nothing is repaired. */
export const quickCheck = async (file: string, database: Database): Promise<StoreError | undefined> => {
  const rule = (await schemaFault(database)) ?? (await countFault(database));
  return rule === undefined ? undefined : { _tag: 'StoreDamaged', where: file, rule };
};

/** SQLite's own check of every page and index. Takes as long as the file is large. */
export const fullCheck = async (file: string, database: Database): Promise<StoreError | undefined> => {
  const found = await (await database.prepare('PRAGMA integrity_check(1)')).all([]);
  const first = found[0]?.[0];
  return first === 'ok' ? undefined : { _tag: 'StoreDamaged', where: file, rule: `SQLite finds: ${String(first)}` };
};
