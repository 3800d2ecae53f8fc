import * as t from 'io-ts';

/** Those of answers that were kept before workloads could name a key provider. */
const EARLIER_REASONS = [
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

/** Every reason why a workload may not. docs/guard-reasons.md says what each means and what to do. */
export const GUARD_REASONS = [
  ...EARLIER_REASONS,
  'ProviderUnknown',
  'ProviderRemoved',
  'ProviderUnhealthy',
  'PrimaryKeyMissing',
  'PrimaryKeyRevoked',
  'HostNotServed',
] as const;

const codes = <C extends string>(list: ReadonlyArray<C>): t.KeyofC<Record<C, null>> =>
  t.keyof(Object.fromEntries(list.map((code) => [code, null])) as Record<C, null>, 'GuardReasonCode');

export const EarlierReasonCode = codes(EARLIER_REASONS);
export const GuardReasonCode = codes(GUARD_REASONS);
export type GuardReasonCode = t.TypeOf<typeof GuardReasonCode>;

const parts = { host: null, source: null, target: null, cluster: null, workload: null, guard: null };

export const EarlierPart = t.keyof(parts, 'GuardPart');

/** Which part of the question a reason is about. */
export const GuardPart = t.keyof({ ...parts, 'key-provider': null }, 'GuardPart');
export type GuardPart = t.TypeOf<typeof GuardPart>;

/** `about`: the host, cluster, workload or key provider by its name. */
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
