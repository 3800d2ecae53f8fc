import type { PermissionRequired } from '../access/require-permission.js';
import type { HostContext } from '../appraisal/appraiser.js';
import type { Reason } from '../appraisal/result.js';
import type { VerdictRecord } from '../appraisal/verdict-record.js';
import type { NoSuchCluster } from '../cluster/commands.js';
import type {
  HostInNoCluster,
  HostInOtherCluster,
  MembershipCommand,
  ObserveAppliedConfig,
} from '../cluster/membership-commands.js';
import type { ReleaseCommand, ReleaseRejection } from '../key-release/commands.js';
import type { Actor } from '../ledger/envelope.js';
import type { CertifiedKey } from './state.js';

/** A challenge that our own key made for this host and AK; whether it was used already, the host's stream knows. */
export interface Challenge {
  /** SHA-256 of the nonce. */
  readonly digest: string;
  readonly akName: string;
  readonly expires: string;
}

export type HostCommand =
  | ReleaseCommand
  | MembershipCommand
  | ObserveAppliedConfig
  | {
      readonly type: 'EnrolHost';
      readonly by: Actor;
      readonly displayName: string | undefined;
      readonly endorsementKey: string | undefined;
    }
  | { readonly type: 'CertifyAttestationKey'; readonly now: string; readonly key: CertifiedKey }
  | {
      /** Of evidence that is the host's own: what is not never gets here. */
      readonly type: 'Attest';
      readonly now: string;
      readonly challenge: Challenge;
      readonly wrappingKey: string | undefined;
      /** What the evidence was judged against: must still be so when the verdict is recorded. */
      readonly host: HostContext;
      readonly record: VerdictRecord;
    }
  | { readonly type: 'QuarantineHost'; readonly by: Actor; readonly reason: string }
  | { readonly type: 'ReleaseHost'; readonly by: Actor; readonly reason: string }
  | { readonly type: 'RetireHost'; readonly by: Actor; readonly reason: string }
  | {
      readonly type: 'ReplaceEndorsementKey';
      readonly by: Actor;
      readonly endorsementKey: string;
      readonly reason: string;
    }
  | {
      readonly type: 'SummariseForeignEvidence';
      readonly from: string;
      readonly to: string;
      readonly counts: ReadonlyArray<{ readonly reason: string; readonly count: number }>;
    }
  | {
      readonly type: 'RecordRelayedReport';
      readonly by: Actor;
      readonly report: string;
      readonly record: VerdictRecord;
    };

export type HostRejection =
  | PermissionRequired
  | ReleaseRejection
  | NoSuchCluster
  | HostInOtherCluster
  | HostInNoCluster
  | { readonly _tag: 'HostAlreadyEnrolled' }
  | { readonly _tag: 'HostNotEnrolled' }
  | { readonly _tag: 'HostRetired' }
  | { readonly _tag: 'HostAlreadyQuarantined' }
  | { readonly _tag: 'HostNotQuarantined' }
  | { readonly _tag: 'AttestationKeyNotCertified' }
  /** The challenge is for another AK than the one certified now. */
  | { readonly _tag: 'AttestationKeyReplaced'; readonly certified: string }
  /** Another TPM than the host's: a trust administrator has to replace the endorsement key first. */
  | { readonly _tag: 'EndorsementKeyChanged'; readonly expected: string; readonly actual: string }
  | { readonly _tag: 'EndorsementKeyUnchanged' }
  | { readonly _tag: 'ChallengeExpired'; readonly expired: string }
  | { readonly _tag: 'ChallengeUsed' }
  | { readonly _tag: 'ActivationExpired'; readonly expired: string }
  | { readonly _tag: 'ActivationUsed' }
  /** The host changed between judging and recording; judge again. */
  | { readonly _tag: 'HostChangedMeanwhile' }
  /** Not signed by the certified AK over our challenge: it says nothing about this host, and nothing is recorded. */
  | { readonly _tag: 'EvidenceNotHostsOwn'; readonly reasons: ReadonlyArray<Reason> };
