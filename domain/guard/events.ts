import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Instant, ListUpTo, SafeInt, Text } from '../encoding/primitives.js';
import { catalogue, type EventOf, type EventsOf, eventType } from '../ledger/event-type.js';
import { GuardPart, GuardReasonCode } from './guard-reasons.js';
import { Question } from './question.js';
import { ReliedOn } from './relied-on.js';

/** Which answers are kept. */
export const Recording = t.keyof({ all: null, refusals: null, none: null }, 'Recording');
export type Recording = t.TypeOf<typeof Recording>;

/** Which answers are kept from now on. */
export const GuardPolicyChanged = eventType({
  type: 'GuardPolicyChanged',
  version: 1,
  data: closed({ was: Recording, record: Recording, reason: Text(512) }, 'GuardPolicyChanged'),
});

/** What a reason is about, the question says. */
const RecordedReason = closed({ code: GuardReasonCode, part: GuardPart }, 'RecordedReason');

/** Longer than the longest list of reasons that an answer has. */
const MOST_REASONS = 32;

/** An answer as it was given. It can be made again from what the ledger held up to `index`, at the time `at`. */
export const RecordedDecision = closed(
  {
    question: Question,
    allowed: t.boolean,
    reasons: ListUpTo(RecordedReason, MOST_REASONS),
    reliedOn: ListUpTo(ReliedOn, 2),
    index: SafeInt,
    at: Instant,
  },
  'RecordedDecision',
);
export type RecordedDecision = t.TypeOf<typeof RecordedDecision>;

/** So many of the longest fit into an entry. */
export const MOST_DECISIONS = 16;

/**
 * Answers that the actor was given, in the order in which they were asked. `unrecorded`: refusals since the actor's last such
 * event that were given and not kept, because there were too many.
 */
export const WorkloadsDecided = eventType({
  type: 'WorkloadsDecided',
  version: 1,
  data: closed(
    { recording: Recording, decisions: ListUpTo(RecordedDecision, MOST_DECISIONS), unrecorded: SafeInt },
    'WorkloadsDecided',
  ),
});
export type WorkloadsDecided = EventOf<typeof WorkloadsDecided>;

export const GUARD_EVENTS = [GuardPolicyChanged, WorkloadsDecided] as const;

export const guardCatalogue = catalogue(GUARD_EVENTS);

export type GuardEvent = EventsOf<typeof guardCatalogue>;
