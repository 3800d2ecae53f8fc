import * as t from 'io-ts';

/** Every reason why a workload may not. docs/guard-reasons.md says what each means and what to do. */
export const GUARD_REASONS = [
  'AnswerStale',
  'HostUnknown',
  'HostRetired',
  'HostQuarantined',
  'VerdictMissing',
  'VerdictNotAffirming',
  'VerdictExpired',
  'BaseImageWithdrawn',
  'TpmCaRevoked',
  'EndorsementKeyRevoked',
  'PolicyChanged',
  'HostInNoCluster',
  'HostNotInCluster',
  'ClusterUnknown',
  'ClusterNotTrusted',
  'ClusterDisabled',
  'ClusterDecommissioned',
  'FirmwareUnsaid',
  'FirmwareNotEfi',
  'SecureBootUnsaid',
  'SecureBootOff',
  'ReplicationOfGuarded',
] as const;
export const GuardReasonCode = t.keyof(
  Object.fromEntries(GUARD_REASONS.map((code) => [code, null])) as Record<(typeof GUARD_REASONS)[number], null>,
  'GuardReasonCode',
);
export type GuardReasonCode = t.TypeOf<typeof GuardReasonCode>;

/** Which part of the question a reason is about. */
export const GuardPart = t.keyof(
  { host: null, source: null, target: null, cluster: null, workload: null, guard: null },
  'GuardPart',
);
export type GuardPart = t.TypeOf<typeof GuardPart>;

/** `about`: the host, cluster or workload by its name. */
export interface GuardReason {
  readonly code: GuardReasonCode;
  readonly part: GuardPart;
  readonly about: string;
}

export const guardReason = (code: GuardReasonCode, part: GuardPart, about: string): GuardReason => ({
  code,
  part,
  about,
});
