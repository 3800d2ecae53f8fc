import type { StoredEntry } from '../../domain/ports.js';
import type { PlacedEntry } from '../../domain/publication/message.js';
import { blobOf, type Database } from '../projection-store/database.js';
import { readMeta } from '../projection-store/tables.js';

/** An entry that was received and waits for its turn and its tree. */
export interface Waiting extends StoredEntry {
  readonly leaf: string;
}

/** One index, several leaves: somebody wrote to the topic who should not. More of them than this are not kept. */
const MOST_CANDIDATES = 8;

const TABLES = [
  'CREATE TABLE waiting (idx INTEGER NOT NULL, leaf TEXT NOT NULL, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (idx, leaf)) WITHOUT ROWID',
  'CREATE TABLE notes (size INTEGER PRIMARY KEY, bytes BLOB NOT NULL)',
  'CREATE TABLE offsets (topic TEXT NOT NULL, part INTEGER NOT NULL, next TEXT NOT NULL, PRIMARY KEY (topic, part)) WITHOUT ROWID',
];

/** What a follower received and does not show yet, and how far it read; in the file of its read models. */
export interface FollowTables {
  /** False: it is there already, or too many others are. */
  readonly add: (entry: PlacedEntry) => boolean;
  readonly from: (index: number, limit: number) => ReadonlyArray<Waiting>;
  readonly drop: (index: number, leaf: string) => void;
  /** Of all that wait at this index. */
  readonly keepOnly: (index: number, leaf: string) => void;
  readonly dropBelow: (index: number) => void;
  /** How many different indexes below `size` wait. */
  readonly countBelow: (size: number) => number;
  readonly addNote: (size: number, bytes: Uint8Array) => void;
  /** Largest first. */
  readonly notes: () => ReadonlyArray<{ readonly size: number; readonly bytes: Uint8Array }>;
  readonly dropNotesUpTo: (size: number) => void;
  readonly setOffset: (topic: string, partition: number, next: string) => void;
  readonly offsets: (topic: string) => ReadonlyMap<number, string>;
  /** Everything is to be read again. */
  readonly forgetOffsets: () => void;
  readonly setMeta: (name: string, value: string) => void;
  readonly meta: (name: string) => string | undefined;
  readonly together: (work: () => void) => void;
}

const waitingOf = ([index, leaf, stream, revision, id, bytes]: ReadonlyArray<unknown>): Waiting => ({
  index: Number(index),
  leaf: String(leaf),
  stream: String(stream),
  revision: Number(revision),
  id: String(id),
  bytes: blobOf(bytes),
});

const prepare = (database: Database) => ({
  others: database.prepare('SELECT count(*), sum(leaf = ?) FROM waiting WHERE idx = ?'),
  insert: database.prepare('INSERT INTO waiting VALUES (?, ?, ?, ?, ?, ?)'),
  page: database.prepare(
    'SELECT idx, leaf, stream, revision, id, bytes FROM waiting WHERE idx >= ? ORDER BY idx LIMIT ?',
  ),
  drop: database.prepare('DELETE FROM waiting WHERE idx = ? AND leaf = ?'),
  keep: database.prepare('DELETE FROM waiting WHERE idx = ? AND leaf <> ?'),
  below: database.prepare('DELETE FROM waiting WHERE idx < ?'),
  count: database.prepare('SELECT count(DISTINCT idx) FROM waiting WHERE idx < ?'),
  note: database.prepare('INSERT OR IGNORE INTO notes VALUES (?, ?)'),
  notes: database.prepare('SELECT size, bytes FROM notes ORDER BY size DESC'),
  noNotes: database.prepare('DELETE FROM notes WHERE size <= ?'),
  offset: database.prepare('INSERT OR REPLACE INTO offsets VALUES (?, ?, ?)'),
  offsets: database.prepare('SELECT part, next FROM offsets WHERE topic = ?'),
  noOffsets: database.prepare('DELETE FROM offsets'),
  meta: database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)'),
});

export const createFollowTables = (database: Database): void => database.exec(['BEGIN', ...TABLES, 'COMMIT'].join(';'));

export const followTables = (database: Database): FollowTables => {
  const sql = prepare(database);
  return {
    add: ({ index, leaf, stream, revision, id, bytes }) => {
      const [others, same] = sql.others.get([leaf, index]) ?? [0, 0];
      if (Number(others) >= MOST_CANDIDATES || Number(same) > 0) return false;
      sql.insert.run([index, leaf, stream, revision, id, bytes]);
      return true;
    },
    from: (index, limit) => sql.page.all([index, limit]).map(waitingOf),
    drop: (index, leaf) => sql.drop.run([index, leaf]),
    keepOnly: (index, leaf) => sql.keep.run([index, leaf]),
    dropBelow: (index) => sql.below.run([index]),
    countBelow: (size) => Number(sql.count.get([size])?.[0] ?? 0),
    addNote: (size, bytes) => sql.note.run([size, bytes]),
    notes: () => sql.notes.all([]).map(([size, bytes]) => ({ size: Number(size), bytes: blobOf(bytes) })),
    dropNotesUpTo: (size) => sql.noNotes.run([size]),
    setOffset: (topic, partition, next) => sql.offset.run([topic, partition, next]),
    offsets: (topic) => new Map(sql.offsets.all([topic]).map(([part, next]) => [Number(part), String(next)])),
    forgetOffsets: () => sql.noOffsets.run([]),
    setMeta: (name, value) => sql.meta.run([name, value]),
    meta: (name) => readMeta(database, name),
    together: (work) => {
      database.exec('BEGIN');
      try {
        work();
        database.exec('COMMIT');
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
  };
};
