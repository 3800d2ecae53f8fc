import type { LedgerEvent } from '../domain/catalogue.js';
import type { InventoryEvent } from '../domain/inventory/events.js';
import { inventoryOfStream } from '../domain/inventory/inventory-id.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import {
  type AnyInventoryRow,
  type InventoryRow,
  type InventoryRows,
  inventoryKey,
  inventoryRow,
  seenClusterKey,
  seenHostKey,
} from './inventory-row.js';
import { type Change, NOTHING, type Projection } from './projection.js';
import { actOf } from './reference.js';

type Changes = ReadonlyArray<Change<AnyInventoryRow>>;

const itemOf = (rows: InventoryRows, recorded: Recorded<InventoryEvent>, inventory: string): Changes => {
  const { event } = recorded;
  const seen = actOf(recorded);
  switch (event.type) {
    case 'InventoryClusterSeen':
      return [[seenClusterKey(inventory, event.data.key), { kind: 'cluster', inventory, ...event.data, seen }]];
    case 'InventoryClusterGone':
      return [[seenClusterKey(inventory, event.data.key), null]];
    case 'InventoryHostSeen':
      return [[seenHostKey(inventory, event.data.key), { kind: 'host', inventory, ...event.data, seen, gone: null }]];
    case 'InventoryHostGone': {
      const key = seenHostKey(inventory, event.data.key);
      const row = rows.get(key);
      return row?.kind === 'host' ? [[key, { ...row, gone: seen }]] : NOTHING;
    }
    case 'InventoryIntroduced':
    case 'InventoryConfirmed':
    case 'InventoryBlind':
    case 'InventorySighted':
      return NOTHING;
  }
};

const serverOf = (row: InventoryRow, recorded: Recorded<InventoryEvent>): InventoryRow => {
  const { event } = recorded;
  const act = actOf(recorded);
  if (event.type === 'InventoryBlind') return { ...row, blind: { ...act, ...event.data } };
  const read = { ...row, read: act, blind: null };
  if (event.type !== 'InventoryIntroduced') return read;
  const { instance, product } = event.data;
  return { ...read, server: { instance, product }, introduced: act };
};

/** What management servers say of their hosts and clusters: their word, beside what this authority knows. */
export const inventories: Projection<AnyInventoryRow, LedgerEvent> = {
  name: 'inventories',
  version: 1,
  evolve: (rows, recorded) => {
    const inventory = inventoryOfStream(recorded.stream);
    if (inventory === undefined) return NOTHING;
    const of = recorded as Recorded<InventoryEvent>;
    const fresh = { kind: 'inventory', inventory, server: null, introduced: null, read: null, blind: null } as const;
    const row = serverOf(inventoryRow(rows, inventory) ?? fresh, of);
    return [[inventoryKey(inventory), row], ...itemOf(rows, of, inventory)];
  },
};
