import type { AccessRejection } from '../../domain/access/commands.js';
import type { PermissionRequired } from '../../domain/access/require-permission.js';
import type { ApprovalRejection } from '../../domain/approval/commands.js';
import type { ClusterRejection } from '../../domain/cluster/commands.js';
import type { HostInOtherCluster } from '../../domain/cluster/membership-commands.js';
import type { PlanTooLarge } from '../../domain/cluster/remediation.js';
import type { ParseError } from '../../domain/encoding/reader.js';
import type { EndorsementKeyTaken } from '../../domain/endorsement-key/decider.js';
import type { ActivationFault } from '../../domain/host/activation.js';
import type { AppraiserUnknown } from '../../domain/host/appraiser-of.js';
import type { ChallengeFault } from '../../domain/host/challenge.js';
import type { HostRejection } from '../../domain/host/commands.js';
import type { KeysUnfit } from '../../domain/host/judge-keys.js';
import type { EvidenceUnstorable } from '../../domain/host/keep-evidence.js';
import type { AnswerFault } from '../../domain/host/own-evidence.js';
import type { InventoryRejection } from '../../domain/inventory/commands.js';
import type { KeyRejection } from '../../domain/key/decider.js';
import type { ProviderRejection } from '../../domain/key-provider/commands.js';
import type { KeyServerFault } from '../../domain/key-provider/key-servers.js';
import type { VaultFault } from '../../domain/key-provider/ports.js';
import type { KeyNotReleased } from '../../domain/key-release/release-input.js';
import type { SealingImpossible } from '../../domain/key-release/seal-key.js';
import type { TokenForged } from '../../domain/key-service-deps.js';
import type { ChangeRefusal } from '../../domain/ledger/change-keys.js';
import type { ExecuteFault } from '../../domain/ledger/execute.js';
import type { LoadFault } from '../../domain/ledger/load-stream.js';
import type { CertificateUnfit } from '../../domain/reference/ca-chain.js';
import type { ReferenceRejection } from '../../domain/reference/commands.js';
import type { DocumentFault } from '../../domain/reference/load-reference-values.js';
import type { ImageUnfit } from '../../domain/reference/propose-base-image.js';
import type { TokensRefused } from '../../domain/token/issue-tokens.js';
import type { CredentialFault } from '../../domain/tpm/credential.js';
import type { VerificationBroken } from '../verification/thread.js';
import type { RequestError } from './request-error.js';

/** What is refused of people, their ways in and what takes two of them. */
export type AccessError = PermissionRequired | ApprovalRejection | AccessRejection;

/** What the workflows of the domain may refuse besides. */
export type WorkflowError = Exclude<
  | HostRejection
  | ChallengeFault
  | EndorsementKeyTaken
  | ReferenceRejection
  | ChangeRefusal
  | CertificateUnfit
  | ImageUnfit
  | KeysUnfit
  | ActivationFault
  | AnswerFault
  | CredentialFault
  | ParseError
  | EvidenceUnstorable,
  AccessError | ClusterError
>;

/** What keeps a key from a host, or a provider from being changed. */
export type KeyError =
  | TokenForged
  | TokensRefused
  | KeyNotReleased
  | SealingImpossible
  | KeyServerFault
  | VaultFault
  | ProviderRejection
  | KeyRejection;

export interface JobUnknown {
  readonly _tag: 'JobUnknown';
  readonly job: string;
}

/** What clusters, and hosts as their members, refuse. */
export type ClusterError =
  | Exclude<ClusterRejection, PermissionRequired>
  | HostInOtherCluster
  | PlanTooLarge
  | JobUnknown;

/** What is refused of a management server's word, or asked about one that nobody read. */
export type InventoryError =
  | Exclude<InventoryRejection, PermissionRequired>
  | { readonly _tag: 'InventoryUnknown'; readonly inventory: string };

/** The ledger or the evidence store can't be read, written or believed. */
export type LedgerError = LoadFault | ExecuteFault | DocumentFault | AppraiserUnknown | VerificationBroken;

/** Whatever can keep a request from being done. */
export type ApiError =
  | RequestError
  | AccessError
  | WorkflowError
  | KeyError
  | ClusterError
  | InventoryError
  | LedgerError;
