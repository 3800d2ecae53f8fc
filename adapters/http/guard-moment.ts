import type * as T from 'fp-ts/lib/Task.js';
import { instantOf } from '../../domain/encoding/instant.js';
import type { Decision } from '../../domain/guard/answer.js';
import type { GuardFacts } from '../../domain/guard/facts.js';
import { guardReason } from '../../domain/guard/guard-reasons.js';
import { guardFactsOf } from '../../projections/guard-facts.js';
import { POLICY_KEY } from '../../projections/reference-row.js';
import type { Api } from './api.js';
import type { GuardAnswers } from './codecs/guard.js';

/** What the guard's answers of one request are true at. Read in one go: nothing is folded in between. */
export interface GuardMoment {
  readonly facts: GuardFacts;
  readonly truth: Omit<GuardAnswers, 'answers'>;
  readonly stale: boolean;
}

const factsNow = ({ reads }: Api): GuardFacts => {
  const policy = reads.reference.now().get(POLICY_KEY);
  const policyRevision = policy?.kind === 'policy' ? policy.changed.revision : -1;
  const [hosts, clusters, providers] = [reads.hostTrust.now(), reads.clusters.now(), reads.keyProviders.now()];
  return guardFactsOf({ hosts, clusters, providers, policyRevision });
};

/** Of the newest entry: as text it is the same for every question until the next one comes. */
const createTimeText = (): ((millis: number | undefined) => string | null) => {
  let known: { readonly millis: number; readonly text: string } | undefined;
  return (millis) => {
    if (millis === undefined) return null;
    known = known?.millis === millis ? known : { millis, text: instantOf(millis) };
    return known.text;
  };
};

/** The newest state, once it shows what was recorded before it was asked; where that can't be had in time, its age counts. */
export const createGuardMoment = (api: Api): T.Task<GuardMoment> => {
  const { reads, guard, deps } = api;
  const timeText = createTimeText();
  return async () => {
    const age = await guard.freshness.age();
    const freshness = { age: Number.isFinite(age) ? Math.ceil(age) : null, most: guard.maxStalenessMs };
    const asOf = { index: reads.index(), time: timeText(reads.timeNow()) };
    return {
      facts: factsNow(api),
      truth: { asOf, judgedAt: deps.clock.now(), freshness },
      stale: age > guard.maxStalenessMs,
    };
  };
};

/** Who can't know whether trust was taken back meanwhile says no. */
export const orStale = ({ stale }: GuardMoment, decision: Decision): Decision =>
  stale
    ? {
        ...decision,
        allowed: false,
        until: null,
        reasons: [guardReason('AnswerStale', 'guard', 'read models'), ...decision.reasons],
      }
    : decision;
