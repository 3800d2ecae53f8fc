import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Instant, ListUpTo, SafeInt, Text } from '../encoding/primitives.js';
import { ProviderId } from '../key-provider/provider-id.js';
import { catalogue, type EventOf, type EventsOf, eventType, upcast } from '../ledger/event-type.js';
import { EarlierPart, EarlierReasonCode, GuardPart, GuardReasonCode } from './guard-reasons.js';
import { EarlierQuestion, Question } from './question.js';
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

/** Longer than the longest list of reasons that an answer has. */
const MOST_REASONS = 32;

const answerFields = { allowed: t.boolean, reliedOn: ListUpTo(ReliedOn, 2), index: SafeInt, at: Instant };

/** An answer as it was kept before workloads could name a key provider. */
const EarlierDecision = closed(
  {
    question: EarlierQuestion,
    ...answerFields,
    reasons: ListUpTo(closed({ code: EarlierReasonCode, part: EarlierPart }, 'RecordedReason'), MOST_REASONS),
  },
  'RecordedDecision',
);

/** What a reason is about, the question says. */
const RecordedReason = closed({ code: GuardReasonCode, part: GuardPart }, 'RecordedReason');

/** The key provider that was named, and the last entry that somebody changed it by; null: there was none of this name. */
const NamedProvider = closed({ provider: ProviderId, state: t.union([t.null, SafeInt]) }, 'NamedProvider');

/** An answer as it was given. It can be made again from what the ledger held up to `index`, at the time `at`. */
export const RecordedDecision = closed(
  {
    question: Question,
    ...answerFields,
    reasons: ListUpTo(RecordedReason, MOST_REASONS),
    keyProvider: t.union([t.null, NamedProvider]),
  },
  'RecordedDecision',
);
export type RecordedDecision = t.TypeOf<typeof RecordedDecision>;

/** So many of the longest fit into an entry. */
export const MOST_DECISIONS = 16;

const decidedFields = { recording: Recording, unrecorded: SafeInt };

/**
 * Answers that the actor was given, in the order in which they were asked. `unrecorded`: refusals since the actor's last such
 * event that were given and not kept, because there were too many.
 */
export const WorkloadsDecided = eventType({
  type: 'WorkloadsDecided',
  version: 2,
  data: closed({ ...decidedFields, decisions: ListUpTo(RecordedDecision, MOST_DECISIONS) }, 'WorkloadsDecided'),
  upcasts: [
    upcast(
      closed({ ...decidedFields, decisions: ListUpTo(EarlierDecision, MOST_DECISIONS) }, 'WorkloadsDecided'),
      (old) => ({ ...old, decisions: old.decisions.map((decision) => ({ ...decision, keyProvider: null })) }),
    ),
  ],
});
export type WorkloadsDecided = EventOf<typeof WorkloadsDecided>;

export const GUARD_EVENTS = [GuardPolicyChanged, WorkloadsDecided] as const;

export const guardCatalogue = catalogue(GUARD_EVENTS);

export type GuardEvent = EventsOf<typeof guardCatalogue>;
