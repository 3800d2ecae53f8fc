import * as t from 'io-ts';
import type { StreamId } from '../ledger/envelope.js';

const INVENTORY_ID = /^[a-z0-9][a-z0-9-]{0,31}$/;
const isInventoryId = (u: unknown): u is string => typeof u === 'string' && INVENTORY_ID.test(u);

/** The operator's name of a management server: what follows the slash in its stream. */
export const InventoryId = new t.Type<string>(
  'InventoryId (small letters, digits, "-", at most 32)',
  isInventoryId,
  (u, c) => (isInventoryId(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const PREFIX = 'inventory/';

export const inventoryStream = (inventory: string): StreamId => `${PREFIX}${inventory}`;

/** Undefined for a stream of another kind. */
export const inventoryOfStream = (stream: StreamId): string | undefined =>
  stream.startsWith(PREFIX) ? stream.slice(PREFIX.length) : undefined;
