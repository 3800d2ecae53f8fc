import { ACCESS_EVENTS } from './access/events.js';
import { APPROVAL_EVENTS } from './approval/events.js';
import { CLUSTER_EVENTS } from './cluster/events.js';
import { BINDING_EVENTS } from './endorsement-key/events.js';
import { GUARD_EVENTS } from './guard/events.js';
import { HOST_EVENTS } from './host/events.js';
import { INVENTORY_EVENTS } from './inventory/events.js';
import { KEY_EVENTS } from './key/events.js';
import { PROVIDER_EVENTS } from './key-provider/events.js';
import { AUTHORITY_EVENTS } from './ledger/authority-events.js';
import { catalogue, type EventsOf } from './ledger/event-type.js';
import { REFERENCE_EVENTS } from './reference/events.js';

/** Every kind of event that may be in the ledger. */
export const CATALOGUE = catalogue([
  ...AUTHORITY_EVENTS,
  ...REFERENCE_EVENTS,
  ...HOST_EVENTS,
  ...BINDING_EVENTS,
  ...ACCESS_EVENTS,
  ...PROVIDER_EVENTS,
  ...KEY_EVENTS,
  ...APPROVAL_EVENTS,
  ...CLUSTER_EVENTS,
  ...INVENTORY_EVENTS,
  ...GUARD_EVENTS,
]);

export type LedgerEvent = EventsOf<typeof CATALOGUE>;
