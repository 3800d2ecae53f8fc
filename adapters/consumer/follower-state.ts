import { fromBase64, fromHex, toBase64, toHex } from '../../domain/encoding/bytes.js';
import type { Keyring, SigningKey } from '../../domain/ledger/keyring.js';
import { emptyFrontier, type Frontier } from '../../domain/ledger/merkle.js';
import { type Database, openDatabase } from '../projection-store/database.js';
import type { Memory } from '../projection-store/fold.js';
import { type AnyProjection, emptyMemory, loadMemory } from '../projection-store/memory.js';
import { createTables } from '../projection-store/tables.js';
import { createWriter, type Writer } from '../projection-store/write-batch.js';
import { createFollowTables, type FollowTables, followTables } from './follow-tables.js';

/** Everything that a follower remembers, in one file, changed in whole transactions. */
export interface FollowerState {
  readonly database: Database;
  readonly memory: Memory;
  readonly writer: Writer;
  readonly tables: FollowTables;
  frontier: Frontier;
  keyring: Keyring;
}

interface SavedTree {
  readonly size: number;
  readonly roots: ReadonlyArray<string>;
  readonly keys: ReadonlyArray<Omit<SigningKey, 'publicKey'> & { readonly publicKey: string }>;
}

export const saveTree = ({ tables }: Pick<FollowerState, 'tables'>, frontier: Frontier, keyring: Keyring): void => {
  const saved: SavedTree = {
    size: frontier.size,
    roots: frontier.roots.map(toHex),
    keys: [...keyring.values()].map((key) => ({ ...key, publicKey: toBase64(key.publicKey) })),
  };
  tables.setMeta('tree', JSON.stringify(saved));
};

const loadTree = (text: string | undefined): Pick<FollowerState, 'frontier' | 'keyring'> => {
  if (text === undefined) return { frontier: emptyFrontier, keyring: new Map() };
  const { size, roots, keys } = JSON.parse(text) as SavedTree;
  return {
    frontier: { size, roots: roots.map(fromHex) },
    keyring: new Map(keys.map((key) => [key.kid, { ...key, publicKey: fromBase64(key.publicKey) }])),
  };
};

/** Offsets at the brokers are given up once this is durable: the disk is waited for. */
const configure = (database: Database): void =>
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536');

const begin = (database: Database, projections: ReadonlyArray<AnyProjection>, identity: string): void => {
  createTables(database);
  createFollowTables(database);
  createWriter(database).finish(emptyMemory(projections));
  followTables(database).setMeta('identity', identity);
};

/**
 * Opens a follower's file or makes one. Undefined when it is of another log, other topics or other projections: it is not
 * thrown away, since what it was made from may be gone from the brokers.
 */
export const openFollowerState = (
  file: string,
  projections: ReadonlyArray<AnyProjection>,
  identity: string,
): FollowerState | undefined => {
  const database = openDatabase(file);
  configure(database);
  const isNew = database.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'meta'").get([])?.[0] === 0;
  if (isNew) begin(database, projections, identity);
  const tables = followTables(database);
  const memory = loadMemory(database, projections);
  if (memory === undefined || tables.meta('identity') !== identity) {
    database.close();
    return undefined;
  }
  return { database, memory, writer: createWriter(database), tables, ...loadTree(tables.meta('tree')) };
};
