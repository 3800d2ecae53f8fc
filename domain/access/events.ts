import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Text } from '../encoding/primitives.js';
import { catalogue, type EventsOf, eventType } from '../ledger/event-type.js';

/** Roles that a person or program may be given; hosts and the authority itself are never granted. */
export const OperatorRole = t.keyof({
  'trust-administrator': null,
  'workload-administrator': null,
  'key-administrator': null,
  auditor: null,
});
export type OperatorRole = t.TypeOf<typeof OperatorRole>;

/** `subject` is an opaque id; tokens and names are kept outside the ledger. */
export const OperatorGranted = eventType({
  type: 'OperatorGranted',
  version: 1,
  data: closed({ subject: Text(128), role: OperatorRole }, 'OperatorGranted'),
});

export const OperatorWithdrawn = eventType({
  type: 'OperatorWithdrawn',
  version: 1,
  data: closed({ subject: Text(128), role: OperatorRole, reason: Text(512) }, 'OperatorWithdrawn'),
});

export const ACCESS_EVENTS = [OperatorGranted, OperatorWithdrawn] as const;

export const accessCatalogue = catalogue(ACCESS_EVENTS);

export type AccessEvent = EventsOf<typeof accessCatalogue>;
