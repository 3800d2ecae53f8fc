import type { ClusterKind } from '../cluster/events.js';
import type { ProviderFitness } from '../key-provider/provider-fitness.js';
import type { TakingBack } from '../reference/taken-back.js';

/** A cluster as the ledger leaves it. `index`: the entry that made it so. */
export interface ClusterFacts {
  readonly cluster: string;
  readonly kind: ClusterKind;
  readonly status: 'enabled' | 'disabled' | 'decommissioned';
  readonly index: number;
}

/** The newest verdict on the AK that is certified now. */
export interface VerdictFacts {
  readonly index: number;
  readonly affirming: boolean;
  readonly notAfter: string;
  /** What it leaned on and was taken back since. */
  readonly undercut: TakingBack | undefined;
  /** Whether the policy is another one now than it was judged by. */
  readonly policyChanged: boolean;
}

/** A host as the ledger leaves it. */
export interface HostFacts {
  readonly host: string;
  readonly retired: boolean;
  readonly quarantined: boolean;
  readonly verdict: VerdictFacts | undefined;
  /** The one that it is in. `joined`: the entry that says so. */
  readonly membership: { readonly cluster: string; readonly joined: number } | undefined;
}

/** A key provider as the ledger leaves it. `index`: the last entry that somebody changed it by; its health is in others. */
export interface ProviderFacts extends ProviderFitness {
  readonly index: number;
}

/** Everything that an answer may lean on, as of one ledger index. */
export interface GuardFacts {
  /** Undefined: no such host was ever enrolled. */
  readonly host: (host: string) => HostFacts | undefined;
  /** Undefined: no such cluster was ever registered. */
  readonly cluster: (cluster: string) => ClusterFacts | undefined;
  /** Undefined: no such key provider was ever created. */
  readonly provider: (provider: string) => ProviderFacts | undefined;
}
