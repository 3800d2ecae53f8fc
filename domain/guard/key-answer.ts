import { providerFaults } from '../key-provider/provider-fitness.js';
import type { GuardFacts } from './facts.js';
import type { GuardReasonCode } from './guard-reasons.js';
import { isServedCluster, trustCodesOf } from './judge-place.js';
import type { Question } from './question.js';

/** Whether the host that a workload comes to would get keys of the provider that it names. */
export interface KeyAnswer {
  readonly provider: string;
  readonly host: string;
  readonly allowed: boolean;
  /** Those of the rule of key release that the ledger decides; a request has to fit as well. */
  readonly reasons: ReadonlyArray<GuardReasonCode>;
  /** The last entry that somebody changed the provider by; null: there is no such provider. */
  readonly state: number | null;
}

/** Why the provider would give the host nothing, leaving aside whether the host is trusted. */
export const providerCodes = (facts: GuardFacts, provider: string, host: string): ReadonlyArray<GuardReasonCode> => {
  const known = facts.provider(provider);
  if (known === undefined) return ['ProviderUnknown'];
  const cluster = facts.host(host)?.membership?.cluster;
  const served = cluster !== undefined && isServedCluster(facts, cluster) ? cluster : undefined;
  return providerFaults(known, served);
};

/** The host that will need the key, and whose; undefined: the workload names no provider, or goes nowhere. */
export const keyAsked = (question: Question): { readonly provider: string; readonly host: string } | undefined => {
  if (question.ask === 'storage' || question.ask === 'replicate') return undefined;
  const { keyProvider: provider } = question.workload;
  if (provider === undefined) return undefined;
  return { provider, host: question.ask === 'start' ? question.host : question.to };
};

export const keyAnswer = (facts: GuardFacts, question: Question, now: string): KeyAnswer | null => {
  const asked = keyAsked(question);
  if (asked === undefined) return null;
  const { provider, host } = asked;
  const reasons = [...trustCodesOf(facts, host, now), ...providerCodes(facts, provider, host)];
  return { provider, host, allowed: reasons.length === 0, reasons, state: facts.provider(provider)?.index ?? null };
};

/** What is kept of it: the rest is said by the reasons. */
export const namedProvider = ({
  key,
}: {
  readonly key: KeyAnswer | null;
}): { readonly provider: string; readonly state: number | null } | null =>
  key === null ? null : { provider: key.provider, state: key.state };
