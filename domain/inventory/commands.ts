import type { PermissionRequired } from '../access/require-permission.js';
import type { Actor } from '../ledger/envelope.js';
import type { BlindReason } from './events.js';
import type { Observation } from './observation.js';

export type InventoryCommand = { readonly by: Actor } & (
  | { readonly type: 'ObserveInventory'; readonly now: string; readonly observation: Observation }
  | { readonly type: 'ReportBlind'; readonly reason: BlindReason; readonly since: string }
);

export type InventoryRejection =
  | PermissionRequired
  /** Another management server than the one that was read under this name: its keys mean other things. */
  | { readonly _tag: 'InventoryOfOtherServer'; readonly inventory: string }
  | { readonly _tag: 'InventoryContradictory'; readonly rule: string };
