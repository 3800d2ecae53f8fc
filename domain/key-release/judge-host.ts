import type { Reason } from '../appraisal/result.js';
import type { CurrentVerdict } from '../host/current-verdict.js';
import type { HostState } from '../host/state.js';
import type { ReferenceState } from '../reference/state.js';
import { leansOn } from '../reference/taken-back.js';
import { releaseReason } from './release-reasons.js';

type Reasons = ReadonlyArray<Reason>;

/** What was taken back, or asked for, after the reference values that the verdict was judged by. */
const undercutBy = (verdict: CurrentVerdict, reference: ReferenceState): Reasons => [
  ...leansOn(verdict).flatMap(([code, key]) =>
    (reference.takenBack.get(key) ?? -1) > verdict.basis.revision
      ? [
          releaseReason(code, {
            subject: code === 'BaseImageWithdrawn' ? (verdict.image?.version ?? '') : key.split('/').slice(2).join('/'),
          }),
        ]
      : [],
  ),
  ...(reference.policyRevision > verdict.basis.revision ? [releaseReason('PolicyChanged')] : []),
];

const verdictReasons = (verdict: CurrentVerdict, reference: ReferenceState, at: string): Reasons => [
  ...(verdict.verdict === 'affirming' ? [] : [releaseReason('VerdictNotAffirming')]),
  ...(at > verdict.notAfter ? [releaseReason('VerdictExpired', { actual: verdict.notAfter })] : []),
  ...undercutBy(verdict, reference),
];

/** Why a host may have no key at all, whoever provides it; none: it may. */
export const judgeHost = (
  { status, quarantine, current }: HostState,
  reference: ReferenceState,
  at: string,
): Reasons => [
  ...(status === 'retired' ? [releaseReason('HostRetired')] : []),
  ...(quarantine === undefined ? [] : [releaseReason('HostQuarantined', { subject: quarantine })]),
  ...(current === undefined ? [releaseReason('VerdictMissing')] : verdictReasons(current, reference, at)),
];
