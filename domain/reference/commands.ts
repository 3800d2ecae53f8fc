import type { PermissionRequired } from '../access/require-permission.js';
import type { AttestationPolicy } from '../appraisal/policy.js';
import type { ListedTpmModel } from '../appraisal/reference-values.js';
import type { Actor } from '../ledger/envelope.js';
import type { EventOf } from '../ledger/event-type.js';
import type { BaseImageProposed, EndorsementKeyTrusted, TpmCaTrusted } from './events.js';

type DataOf<X> = EventOf<X> extends { readonly data: infer D } ? D : never;

/** Each takes a permission of its own; the authority itself sends the first policy while it is founded. */
export type ReferenceCommand = { readonly by: Actor } & (
  | ({ readonly type: 'TrustTpmCa' } & DataOf<typeof TpmCaTrusted>)
  | { readonly type: 'RevokeTpmCa'; readonly name: string; readonly reason: string }
  | ({ readonly type: 'TrustEndorsementKey' } & DataOf<typeof EndorsementKeyTrusted>)
  /** Takes over what is not listed yet; a key that was revoked, or whose name another one has, is left out. */
  | { readonly type: 'TrustEndorsementKeys'; readonly keys: ReadonlyArray<DataOf<typeof EndorsementKeyTrusted>> }
  /** `publicKeyDigest` revokes a key that was never listed, such as one that a CA should not have certified. */
  | {
      readonly type: 'RevokeEndorsementKey';
      readonly name: string;
      readonly publicKeyDigest: string | undefined;
      readonly reason: string;
    }
  | ({ readonly type: 'ProposeBaseImage' } & DataOf<typeof BaseImageProposed>)
  | {
      readonly type: 'ApproveBaseImage';
      readonly version: string;
      readonly digest: string | undefined;
      /** By subject, who counts as whom: two names of one person are one person. */
      readonly persons: ReadonlyMap<string, string>;
      /** The approver broke the glass: nobody else was there. */
      readonly alone: boolean;
    }
  | { readonly type: 'WithdrawBaseImage'; readonly version: string; readonly reason: string }
  | ({ readonly type: 'ListTpmModel' } & ListedTpmModel)
  | { readonly type: 'DelistTpmModel'; readonly manufacturer: string; readonly model: string; readonly reason: string }
  /** `expectedRevision` of the reference stream's last policy change, if the operator saw one (If-Match). */
  | {
      readonly type: 'ChangeAttestationPolicy';
      readonly policy: AttestationPolicy;
      readonly expectedRevision: number | undefined;
    }
);

export type ReferenceKind = 'tpm-ca' | 'endorsement-key' | 'base-image' | 'tpm-model';

export type ReferenceRejection =
  | PermissionRequired
  | { readonly _tag: 'AlreadyExists'; readonly kind: ReferenceKind; readonly name: string }
  | { readonly _tag: 'ReferenceUnknown'; readonly kind: ReferenceKind; readonly name: string }
  /** The proposer may not approve: two people must have looked. */
  | { readonly _tag: 'SameOperator'; readonly version: string }
  | { readonly _tag: 'NoOpenProposal'; readonly version: string; readonly status: 'approved' | 'withdrawn' }
  /** What is proposed now is not what the approver looked at. */
  | { readonly _tag: 'DigestMismatch'; readonly version: string; readonly expected: string; readonly actual: string }
  | { readonly _tag: 'PolicyChangedMeanwhile'; readonly expected: number; readonly actual: number };
