import type { Actor } from '../ledger/envelope.js';
import type { Service } from './service.js';
import type { ClusterStatus } from './state.js';

export type MembershipCommand = { readonly by: Actor; readonly cluster: string } & (
  | {
      readonly type: 'JoinCluster';
      /** Of the cluster, when the command was made. */
      readonly status: ClusterStatus;
      /** A cluster that was decommissioned: whoever is in it is free to join another one. */
      readonly ended: string | undefined;
    }
  | { readonly type: 'LeaveCluster'; readonly reason: string }
);

/** What a host applies: said by itself, or by somebody about it. */
export interface AppliedConfig {
  readonly services: ReadonlyArray<Service>;
  readonly by: 'host' | 'relayed';
}

/** `by` is the host itself only where its own token was shown. */
export interface ObserveAppliedConfig {
  readonly type: 'ObserveAppliedConfig';
  readonly by: Actor;
  readonly services: ReadonlyArray<Service>;
}

export interface HostInNoCluster {
  readonly _tag: 'HostInNoCluster';
}

/** One host, one cluster. */
export interface HostInOtherCluster {
  readonly _tag: 'HostInOtherCluster';
  readonly cluster: string;
}
