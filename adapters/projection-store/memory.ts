import type { LedgerEvent } from '../../domain/catalogue.js';
import { approvals } from '../../projections/approvals.js';
import { clusters } from '../../projections/clusters.js';
import { guard } from '../../projections/guard.js';
import { hostTrust } from '../../projections/host-trust.js';
import { identities } from '../../projections/identities.js';
import { inventories } from '../../projections/inventories.js';
import { keyLedger } from '../../projections/key-ledger.js';
import { keyProviders } from '../../projections/key-providers.js';
import { operators } from '../../projections/operators.js';
import { principals } from '../../projections/principals.js';
import type { Projection } from '../../projections/projection.js';
import { reference } from '../../projections/reference.js';
import type { Database } from './database.js';
import type { Folded, Memory } from './fold.js';
import { readMeta } from './tables.js';
import { formOf } from './write-batch.js';

export type AnyProjection = Projection<unknown, LedgerEvent>;

/** Their positions are what the tables know them by. */
const PROJECTIONS = [
  hostTrust,
  reference,
  operators,
  keyProviders,
  keyLedger,
  approvals,
  identities,
  clusters,
  principals,
  inventories,
  guard,
] as ReadonlyArray<AnyProjection>;

export const emptyMemory = (projections: ReadonlyArray<AnyProjection> = PROJECTIONS): Memory => ({
  folded: projections.map((projection): Folded => ({ projection, rows: new Map(), keys: new Set() })),
  tips: new Map(),
  next: 0,
  lastId: '',
  time: 0,
});

const loadRows = (database: Database, { folded }: Memory): void => {
  for (const [projection, key, row] of database.prepare('SELECT projection, key, row FROM current').all([])) {
    const into = folded[Number(projection)];
    into?.keys.add(String(key));
    if (typeof row === 'string') into?.rows.set(String(key), JSON.parse(row));
  }
};

const loadTips = (database: Database, { tips }: Memory): void => {
  for (const [stream, revision, leaf] of database.prepare('SELECT stream, revision, leaf FROM tips').all([])) {
    tips.set(String(stream), { revision: Number(revision), leaf: String(leaf) });
  }
};

/** What the file holds; undefined when it was made in another form, or when making it was never finished. */
export const loadMemory = (database: Database, projections?: ReadonlyArray<AnyProjection>): Memory | undefined => {
  const memory = emptyMemory(projections);
  const checkpoint = readMeta(database, 'checkpoint');
  if (readMeta(database, 'form') !== formOf(memory) || checkpoint === undefined) return undefined;
  loadRows(database, memory);
  loadTips(database, memory);
  return Object.assign(memory, JSON.parse(checkpoint) as Pick<Memory, 'next' | 'lastId' | 'time'>);
};
