import { Permission } from '../access/permissions.js';
import { closed } from '../encoding/closed.js';
import { Instant, Sha256Hex, Text } from '../encoding/primitives.js';
import { Uuid } from '../ledger/envelope.js';
import { catalogue, type EventsOf, eventType } from '../ledger/event-type.js';

/**
 * Somebody asks for something that needs a second person. `digest` names the whole request in the evidence store;
 * `summary` is for people and decides nothing.
 */
export const ApprovalRequested = eventType({
  type: 'ApprovalRequested',
  version: 1,
  data: closed(
    {
      id: Uuid,
      operation: Text(64),
      permission: Permission,
      digest: Sha256Hex,
      summary: Text(512),
      expires: Instant,
    },
    'ApprovalRequested',
  ),
});

/** The actor is another person than the one who asked. */
export const ApprovalGiven = eventType({
  type: 'ApprovalGiven',
  version: 1,
  data: closed({ id: Uuid, digest: Sha256Hex }, 'ApprovalGiven'),
});

export const ApprovalRejected = eventType({
  type: 'ApprovalRejected',
  version: 1,
  data: closed({ id: Uuid, reason: Text(512) }, 'ApprovalRejected'),
});

/** What was asked for is done; its events have the approval's id as their command, and the approval in their basis. */
export const ApprovalUsed = eventType({
  type: 'ApprovalUsed',
  version: 1,
  data: closed({ id: Uuid }, 'ApprovalUsed'),
});

/**
 * The actor carries out alone what needs two people, because it could not wait. `digest` names the whole request in the evidence store.
 * What is done has this in its basis, until `expires`; it stays open until another person reviewed it.
 */
export const BreakGlassUsed = eventType({
  type: 'BreakGlassUsed',
  version: 1,
  data: closed(
    {
      id: Uuid,
      operation: Text(64),
      permission: Permission,
      digest: Sha256Hex,
      summary: Text(512),
      reason: Text(512),
      expires: Instant,
    },
    'BreakGlassUsed',
  ),
});

/** The actor, another person, looked at what was done alone. */
export const BreakGlassReviewed = eventType({
  type: 'BreakGlassReviewed',
  version: 1,
  data: closed({ id: Uuid, finding: Text(512) }, 'BreakGlassReviewed'),
});

export const APPROVAL_EVENTS = [
  ApprovalRequested,
  ApprovalGiven,
  ApprovalRejected,
  ApprovalUsed,
  BreakGlassUsed,
  BreakGlassReviewed,
] as const;

export const approvalCatalogue = catalogue(APPROVAL_EVENTS);

export type ApprovalEvent = EventsOf<typeof approvalCatalogue>;
