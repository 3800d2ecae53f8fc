import type { BlindReason } from '../domain/inventory/events.js';
import type { SeenCluster, SeenHost } from '../domain/inventory/observation.js';
import type { Act } from './reference-row.js';

/** A management server as it was last read. */
export interface InventoryRow {
  readonly kind: 'inventory';
  readonly inventory: string;
  /** Null: it could never be read. */
  readonly server: { readonly instance: string; readonly product: string } | null;
  readonly introduced: Act | null;
  /** The last reading that something was recorded of. */
  readonly read: Act | null;
  /** Why, and since when, it can't be read; null: it can. */
  readonly blind: (Act & { readonly reason: BlindReason; readonly since: string }) | null;
}

export interface InventoryClusterRow extends SeenCluster {
  readonly kind: 'cluster';
  readonly inventory: string;
  readonly seen: Act;
}

/** A host as the server told it; the row stays when the host has gone from there. */
export interface InventoryHostRow extends SeenHost {
  readonly kind: 'host';
  readonly inventory: string;
  readonly seen: Act;
  readonly gone: Act | null;
}

export type AnyInventoryRow = InventoryRow | InventoryClusterRow | InventoryHostRow;
export type InventoryRows = ReadonlyMap<string, AnyInventoryRow>;

export const inventoryKey = (inventory: string): string => `inventory/${inventory}`;
export const seenClusterKey = (inventory: string, key: string): string => `cluster/${inventory}/${key}`;
export const seenHostKey = (inventory: string, key: string): string => `host/${inventory}/${key}`;

export const inventoryRow = (rows: InventoryRows, inventory: string): InventoryRow | undefined => {
  const row = rows.get(inventoryKey(inventory));
  return row?.kind === 'inventory' ? row : undefined;
};

/** By name. */
export const inventoryRows = (rows: InventoryRows): ReadonlyArray<InventoryRow> =>
  [...rows.values()]
    .flatMap((row) => (row.kind === 'inventory' ? [row] : []))
    .sort((a, b) => (a.inventory < b.inventory ? -1 : 1));

/** By name; those that went too. */
export const seenHosts = (rows: InventoryRows, inventory: string): ReadonlyArray<InventoryHostRow> =>
  [...rows.values()]
    .flatMap((row) => (row.kind === 'host' && row.inventory === inventory ? [row] : []))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** The name that the server gives the host's cluster. */
export const seenClusterOf = (rows: InventoryRows, { inventory, cluster }: InventoryHostRow): string | null => {
  const row = cluster === null ? undefined : rows.get(seenClusterKey(inventory, cluster));
  return row?.kind === 'cluster' ? row.name : null;
};
