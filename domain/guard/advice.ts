import type { HostFacts } from './facts.js';
import type { GuardReasonCode } from './guard-reasons.js';
import type { Reasons } from './judge-place.js';

/**
 * What shall become of the workloads that run on a host outside the protected area. As in vSphere Trust Authority nothing that
 * runs is stopped by this: `keep-running`. The order is that in which to act.
 */
export const ADVICE = [
  'keep-running',
  'start-nothing',
  'no-new-keys',
  'attest-again',
  'move-open-workloads',
  'restart-guarded-workloads-elsewhere',
] as const;
export type AdviceAction = (typeof ADVICE)[number];

/** The evidence may only be too old, or judged by what counts no more: new evidence settles it. */
const SETTLED_BY_EVIDENCE: ReadonlySet<GuardReasonCode> = new Set([
  'VerdictMissing',
  'VerdictExpired',
  'PolicyChanged',
]);

/** Nobody doubts the host: its cluster does not count, it is in none, or what is known is too old. */
const NOT_ABOUT_HOST: ReadonlySet<GuardReasonCode> = new Set([
  'AnswerStale',
  'HostInNoCluster',
  'ClusterUnknown',
  'ClusterNotTrusted',
  'ClusterDisabled',
  'ClusterDecommissioned',
]);

/**
 * `reasons` are why the host is outside. A guarded workload is never moved while it runs from a host that is not trusted, since
 * what it holds in memory was in that host's hands: it is ended there and begun elsewhere.
 */
export const adviceFor = (host: HostFacts, reasons: Reasons): ReadonlyArray<AdviceAction> => {
  const doubts = reasons.filter(({ code }) => !NOT_ABOUT_HOST.has(code));
  if (reasons.length === 0) return [];
  const evidenceHelps = !host.retired && doubts.some(({ code }) => code !== 'HostQuarantined');
  const distrusted = doubts.some(({ code }) => !SETTLED_BY_EVIDENCE.has(code));
  return [
    'keep-running',
    'start-nothing',
    ...(doubts.length > 0 ? (['no-new-keys'] as const) : []),
    ...(evidenceHelps ? (['attest-again'] as const) : []),
    ...(distrusted ? (['move-open-workloads', 'restart-guarded-workloads-elsewhere'] as const) : []),
  ];
};
