import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Instant, SafeInt, Text } from '../encoding/primitives.js';
import { catalogue, type EventsOf, eventType } from '../ledger/event-type.js';
import { SeenCluster, SeenHost } from './observation.js';

/** Why a management server was not read: a closed vocabulary, so that no answer of the server gets into the ledger. */
export const BlindReason = t.keyof({
  Unreachable: null,
  CertificateUntrusted: null,
  LoginRefused: null,
  AccessDenied: null,
  AnswerMalformed: null,
  AnswerTooLarge: null,
  ServerFault: null,
});
export type BlindReason = t.TypeOf<typeof BlindReason>;

/** The first reading of a management server. `instance` is its own identity; another one is not read under this name. */
export const InventoryIntroduced = eventType({
  type: 'InventoryIntroduced',
  version: 1,
  data: closed({ kind: t.literal('vsphere'), instance: Text(64), product: Text(256) }, 'InventoryIntroduced'),
});

/** A cluster that was not there before, or has another name now. */
export const InventoryClusterSeen = eventType({ type: 'InventoryClusterSeen', version: 1, data: SeenCluster });

export const InventoryClusterGone = eventType({
  type: 'InventoryClusterGone',
  version: 1,
  data: closed({ key: Text(64) }, 'InventoryClusterGone'),
});

/** A host that was not there before, or of which something is said otherwise now: its cluster, its TPM, the server's verdict. */
export const InventoryHostSeen = eventType({ type: 'InventoryHostSeen', version: 1, data: SeenHost });

export const InventoryHostGone = eventType({
  type: 'InventoryHostGone',
  version: 1,
  data: closed({ key: Text(64) }, 'InventoryHostGone'),
});

/** Everything was read and nothing differs: that nothing was recorded is no silence. At most a few times a day. */
export const InventoryConfirmed = eventType({
  type: 'InventoryConfirmed',
  version: 1,
  data: closed({ clusters: SafeInt, hosts: SafeInt }, 'InventoryConfirmed'),
});

/** From `since` on the server could not be read: what happened there meanwhile is seen when it can be again. */
export const InventoryBlind = eventType({
  type: 'InventoryBlind',
  version: 1,
  data: closed({ reason: BlindReason, since: Instant }, 'InventoryBlind'),
});

/** It could be read again. */
export const InventorySighted = eventType({
  type: 'InventorySighted',
  version: 1,
  data: closed({}, 'InventorySighted'),
});

export const INVENTORY_EVENTS = [
  InventoryIntroduced,
  InventoryClusterSeen,
  InventoryClusterGone,
  InventoryHostSeen,
  InventoryHostGone,
  InventoryConfirmed,
  InventoryBlind,
  InventorySighted,
] as const;

export const inventoryCatalogue = catalogue(INVENTORY_EVENTS);

export type InventoryEvent = EventsOf<typeof inventoryCatalogue>;
