import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Text } from '../encoding/primitives.js';

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
export type GuardReasonCode = (typeof GUARD_REASONS)[number];

const Code = t.keyof(
  Object.fromEntries(GUARD_REASONS.map((code) => [code, null])) as Record<GuardReasonCode, null>,
  'GuardReasonCode',
);

/** Which part of the question a reason is about. */
const Part = t.keyof({ host: null, source: null, target: null, cluster: null, workload: null, guard: null }, 'Part');
export type Part = t.TypeOf<typeof Part>;

/** `about`: the host, cluster or workload by its name. */
export const GuardReason = closed({ code: Code, part: Part, about: Text(128) }, 'GuardReason');
export type GuardReason = t.TypeOf<typeof GuardReason>;

export const guardReason = (code: GuardReasonCode, part: Part, about: string): GuardReason => ({ code, part, about });
