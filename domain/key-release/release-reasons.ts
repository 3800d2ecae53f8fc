import type { Reason } from '../appraisal/result.js';

/** Every reason why a key is not released. docs/release-reasons.md says what each means and what to do. */
export const RELEASE_REASONS = [
  'TokenExpired',
  'TokenNotForKeys',
  'TokenNotForUs',
  'TokenUsedUp',
  'HostQuarantined',
  'HostRetired',
  'VerdictMissing',
  'VerdictSuperseded',
  'VerdictNotAffirming',
  'VerdictExpired',
  'VerdictNotWitnessed',
  'BaseImageWithdrawn',
  'TpmCaRevoked',
  'EndorsementKeyRevoked',
  'PolicyChanged',
  'ProviderUnknown',
  'ProviderRemoved',
  'ProviderUnhealthy',
  'PrimaryKeyMissing',
  'PrimaryKeyRevoked',
  'HostNotServed',
  'PurposeNotAllowed',
  'KeyUnknown',
  'KeyRevoked',
  'KeyOfAnotherProvider',
  'WrappingKeyMissing',
  'WrappingKeyNotVouchedFor',
  'TpmKeyUnfit',
  'RateExceeded',
] as const;
export type ReleaseReasonCode = (typeof RELEASE_REASONS)[number];

export const releaseReason = (code: ReleaseReasonCode, detail: Omit<Reason, 'code'> = {}): Reason => ({
  code,
  ...detail,
});
