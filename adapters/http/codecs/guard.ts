import * as t from 'io-ts';
import { closed } from '../../../domain/encoding/closed.js';
import { ListUpTo } from '../../../domain/encoding/primitives.js';
import { MOST_QUESTIONS, Question } from '../../../domain/guard/question.js';
import { AsOf } from './answers.js';

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

export const AskGuard = closed({ question: Question }, 'AskGuard');
export const AskGuardMany = closed({ questions: ListUpTo(Question, MOST_QUESTIONS) }, 'AskGuardMany');

const GuardReasonView = t.type({ code: t.string, part: t.string, about: t.string }, 'GuardReasonView');

export const ReliedOnView = t.type(
  {
    host: t.string,
    verdict: orNull(t.number),
    cluster: orNull(t.string),
    joined: orNull(t.number),
    clusterState: orNull(t.number),
  },
  'ReliedOnView',
);

const KeyAnswerView = t.type(
  {
    provider: t.string,
    host: t.string,
    allowed: t.boolean,
    reasons: t.readonlyArray(t.string),
    /** The last entry that somebody changed the provider by; null: there is no such provider. */
    state: orNull(t.number),
  },
  'KeyAnswerView',
);

const decision = {
  allowed: t.boolean,
  /** All that hold: docs/guard-reasons.md. */
  reasons: t.readonlyArray(GuardReasonView),
  /** Until when a yes holds if nothing is recorded meanwhile. */
  until: orNull(t.string),
  /** The entry that keeps this answer; null: none does. */
  recorded: orNull(t.number),
  /** Indexes of the ledger's entries. */
  reliedOn: t.readonlyArray(ReliedOnView),
  /** Whether the host that the workload comes to would get keys of the provider that it names; null: none is named. */
  key: orNull(KeyAnswerView),
};

/** What every answer of a request is true at. */
const truth = {
  asOf: AsOf,
  judgedAt: t.string,
  /** Milliseconds; `age` null: never known to be whole. Beyond `most` every answer is no. */
  freshness: t.type({ age: orNull(t.number), most: t.number }),
};

export const GuardDecision = t.type(decision, 'GuardDecision');
export type GuardDecision = t.TypeOf<typeof GuardDecision>;

export const GuardAnswer = t.type({ ...truth, ...decision }, 'GuardAnswer');
export type GuardAnswer = t.TypeOf<typeof GuardAnswer>;

/** In the order of the questions. */
export const GuardAnswers = t.type({ ...truth, answers: t.readonlyArray(GuardDecision) }, 'GuardAnswers');
export type GuardAnswers = t.TypeOf<typeof GuardAnswers>;

export const AdviceAnswer = t.type(
  {
    ...truth,
    host: t.string,
    /** Whether it is inside the protected area: trusted now, and in a trusted and enabled cluster. */
    protected: t.boolean,
    reasons: t.readonlyArray(GuardReasonView),
    actions: t.readonlyArray(t.string),
    /** Hosts of its cluster inside the protected area, by name; the first of `count`. */
    elsewhere: t.type({ count: t.number, first: t.readonlyArray(t.string) }),
  },
  'AdviceAnswer',
);
export type AdviceAnswer = t.TypeOf<typeof AdviceAnswer>;
