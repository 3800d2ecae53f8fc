import type { Actor } from '../ledger/envelope.js';
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

/** One host, one cluster. */
export interface HostInOtherCluster {
  readonly _tag: 'HostInOtherCluster';
  readonly cluster: string;
}
