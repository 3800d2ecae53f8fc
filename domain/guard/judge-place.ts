import type { ClusterFacts, GuardFacts, HostFacts, VerdictFacts } from './facts.js';
import { type GuardPart, type GuardReason, type GuardReasonCode, guardReason } from './guard-reasons.js';

type Codes = ReadonlyArray<GuardReasonCode>;
export type Reasons = ReadonlyArray<GuardReason>;

/** A host in its part of a question. */
export interface Place {
  readonly part: Extract<GuardPart, 'host' | 'source' | 'target'>;
  readonly host: string;
}

const verdictCodes = (verdict: VerdictFacts | undefined, now: string): Codes => {
  if (verdict === undefined) return ['VerdictMissing'];
  const { affirming, notAfter, undercut, policyChanged } = verdict;
  return [
    ...(affirming ? [] : (['VerdictNotAffirming'] as const)),
    ...(now > notAfter ? (['VerdictExpired'] as const) : []),
    ...(undercut === undefined ? [] : [undercut]),
    ...(policyChanged ? (['PolicyChanged'] as const) : []),
  ];
};

/** What people said of it, whatever its evidence says. */
const withheldCodes = ({ retired, quarantined }: HostFacts): Codes => [
  ...(retired ? (['HostRetired'] as const) : []),
  ...(quarantined ? (['HostQuarantined'] as const) : []),
];

/** The same reasons that would keep every key from it. */
const trustCodes = (facts: HostFacts, now: string): Codes => [
  ...withheldCodes(facts),
  ...verdictCodes(facts.verdict, now),
];

/** Why no key would reach the host, for its own sake. */
export const trustCodesOf = (facts: GuardFacts, host: string, now: string): Codes => {
  const known = facts.host(host);
  return known === undefined ? ['HostUnknown'] : trustCodes(known, now);
};

/** Why the hosts of a cluster are not served as its hosts; none: they are. */
const clusterCodes = (facts: ClusterFacts | undefined): Codes => {
  if (facts === undefined) return ['ClusterUnknown'];
  const { kind, status } = facts;
  return [
    ...(kind === 'trusted' ? [] : (['ClusterNotTrusted'] as const)),
    ...(status === 'disabled' ? (['ClusterDisabled'] as const) : []),
    ...(status === 'decommissioned' ? (['ClusterDecommissioned'] as const) : []),
  ];
};

export const isServedCluster = (facts: GuardFacts, cluster: string): boolean =>
  clusterCodes(facts.cluster(cluster)).length === 0;

export const clusterReasons = (facts: GuardFacts, cluster: string): Reasons =>
  clusterCodes(facts.cluster(cluster)).map((code) => guardReason(code, 'cluster', cluster));

/** Why the host is outside the protected area; none: it is inside. */
export const protectionReasons = (facts: GuardFacts, { part, host }: Place, now: string): Reasons => {
  const known = facts.host(host);
  if (known === undefined) return [guardReason('HostUnknown', part, host)];
  const { membership } = known;
  const area: Codes = membership === undefined ? ['HostInNoCluster'] : clusterCodes(facts.cluster(membership.cluster));
  return [...trustCodes(known, now), ...area].map((code) => guardReason(code, part, host));
};

/** Whoever left the cluster, or never was in it, has no part in what its hosts do for each other. */
export const memberReasons = (facts: GuardFacts, { part, host }: Place, cluster: string): Reasons => {
  const known = facts.host(host);
  if (known === undefined) return [guardReason('HostUnknown', part, host)];
  return known.membership?.cluster === cluster ? [] : [guardReason('HostNotInCluster', part, host)];
};

/** Whether the host is in a cluster that is no authority's: there nothing starts without trust, guarded or not. */
export const asksForTrust = (facts: GuardFacts, host: HostFacts | undefined): boolean =>
  host?.membership !== undefined && facts.cluster(host.membership.cluster)?.kind !== 'authority';

/** What is not guarded may be anywhere, but not where trust was asked for and is gone. */
export const openReasons = (facts: GuardFacts, { part, host }: Place, now: string): Reasons => {
  const known = facts.host(host);
  if (known === undefined) return [guardReason('HostUnknown', part, host)];
  const codes = asksForTrust(facts, known) ? trustCodes(known, now) : withheldCodes(known);
  return codes.map((code) => guardReason(code, part, host));
};
