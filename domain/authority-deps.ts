import type { AccessState } from './access/state.js';
import type { AppraisalEngines, Memo } from './appraisal/appraiser.js';
import type { BaseImage } from './appraisal/base-image.js';
import type { ReferenceValues } from './appraisal/reference-values.js';
import type { ApprovalState } from './approval/state.js';
import type { ClusterState } from './cluster/state.js';
import type { BindingState } from './endorsement-key/decider.js';
import type { GuardState } from './guard/decider.js';
import type { ForeignEvidenceCounter } from './host/foreign-evidence.js';
import type { HostState } from './host/state.js';
import type { InventoryState } from './inventory/state.js';
import type { Actor } from './ledger/envelope.js';
import type { LedgerWriter } from './ledger/ledger.js';
import type { StateCache } from './ledger/state-cache.js';
import type { CredentialEngine, EvidenceStore, Random } from './ports.js';
import type { ReferenceState } from './reference/state.js';

/** Folded streams, one cache for each decider. */
export interface StreamCaches {
  readonly host: StateCache<HostState>;
  readonly reference: StateCache<ReferenceState>;
  readonly binding: StateCache<BindingState>;
  readonly access: StateCache<AccessState>;
  readonly approval: StateCache<ApprovalState>;
  readonly cluster: StateCache<ClusterState>;
  readonly inventory: StateCache<InventoryState>;
  readonly guard: StateCache<GuardState>;
}

/** Documents by digest, checked and decoded once. */
export interface DocumentMemos {
  readonly images: Memo<BaseImage>;
  /** Small blobs that are read again and again: certificates, public areas. */
  readonly blobs: Memo<Uint8Array>;
  /** By stream and revision, which name exactly one set of values. */
  readonly referenceValues: Memo<ReferenceValues>;
  /** Digests of claims documents by what they are made from. */
  readonly claims: Memo<string>;
}

export interface AuthoritySettings {
  /** How long a challenge may be answered. */
  readonly challengeLifetimeSeconds: number;
  readonly activationLifetimeSeconds: number;
  /** At most one summary of foreign evidence per host and interval. */
  readonly foreignEvidenceIntervalSeconds: number;
}

export const DEFAULT_SETTINGS: AuthoritySettings = {
  challengeLifetimeSeconds: 120,
  activationLifetimeSeconds: 300,
  foreignEvidenceIntervalSeconds: 3600,
};

/** Everything that the authority's workflows need from outside. */
export interface AuthorityDeps extends LedgerWriter, AppraisalEngines {
  readonly evidence: EvidenceStore;
  readonly credentials: CredentialEngine;
  readonly random: Random;
  /** Names the reference stream. */
  readonly group: string;
  /**
   * 32 secret bytes that survive restarts. Challenges and activations are made from them, so that none has to be kept.
   * A new key only voids what is under way.
   */
  readonly challengeKey: Uint8Array;
  readonly caches: StreamCaches;
  readonly documents: DocumentMemos;
  readonly foreignEvidence: ForeignEvidenceCounter;
  readonly settings: AuthoritySettings;
}

/** What an operator's command always comes with. `commandId` is a UUID: sent again, it changes nothing. */
export interface Request {
  readonly by: Actor;
  readonly commandId: string;
}
