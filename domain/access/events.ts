import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { ListUpTo, SafeInt, Text } from '../encoding/primitives.js';
import { catalogue, type EventsOf, eventType, upcast } from '../ledger/event-type.js';

/** Roles that a person or program may be given; hosts and the authority itself are never granted. */
export const OperatorRole = t.keyof({
  'trust-administrator': null,
  'workload-administrator': null,
  'key-administrator': null,
  auditor: null,
});
export type OperatorRole = t.TypeOf<typeof OperatorRole>;

const Subject = Text(128);
const Person = Text(128);

/**
 * `subject` is an opaque id; tokens and names are kept outside the ledger. `person` is whose name the granting operator says
 * it is; it counts only where `vouchedBy`, another person, said so too.
 */
export const OperatorGranted = eventType({
  type: 'OperatorGranted',
  version: 2,
  data: closed(
    { subject: Subject, role: OperatorRole, person: Person, vouchedBy: t.union([t.null, Subject]) },
    'OperatorGranted',
  ),
  upcasts: [
    upcast(closed({ subject: Subject, role: OperatorRole }, 'OperatorGranted'), ({ subject, role }) => ({
      subject,
      role,
      person: subject,
      vouchedBy: null,
    })),
  ],
});

/** The actor, another person than the one who granted, says that this name is that person's. */
export const OperatorConfirmed = eventType({
  type: 'OperatorConfirmed',
  version: 1,
  data: closed({ subject: Subject, person: Person }, 'OperatorConfirmed'),
});

export const OperatorWithdrawn = eventType({
  type: 'OperatorWithdrawn',
  version: 1,
  data: closed({ subject: Subject, role: OperatorRole, reason: Text(512) }, 'OperatorWithdrawn'),
});

/** Operations that need a second person from now on, and how long an approval may wait and then count. */
export const ApprovalPolicyChanged = eventType({
  type: 'ApprovalPolicyChanged',
  version: 1,
  data: closed({ operations: ListUpTo(Text(64), 64), lifetimeSeconds: SafeInt }, 'ApprovalPolicyChanged'),
});

export const ACCESS_EVENTS = [OperatorGranted, OperatorConfirmed, OperatorWithdrawn, ApprovalPolicyChanged] as const;

export const accessCatalogue = catalogue(ACCESS_EVENTS);

export type AccessEvent = EventsOf<typeof accessCatalogue>;
