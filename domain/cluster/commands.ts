import type { PermissionRequired } from '../access/require-permission.js';
import type { Actor } from '../ledger/envelope.js';
import type { ClusterKind } from './events.js';

export type ClusterCommand = { readonly by: Actor } & (
  | {
      readonly type: 'RegisterCluster';
      readonly kind: ClusterKind;
      readonly displayName: string | undefined;
      readonly site: string | undefined;
    }
  | { readonly type: 'EnableCluster' | 'DisableCluster'; readonly reason: string }
  | {
      readonly type: 'DecommissionCluster';
      readonly reason: string;
      /** How many hosts are in it, if that shall keep it. */
      readonly hosts: number;
    }
);

/** A name that no cluster has, or that none may have any more. */
export type NoSuchCluster =
  | { readonly _tag: 'ClusterUnknown'; readonly cluster: string }
  | { readonly _tag: 'ClusterDecommissioned'; readonly cluster: string };

export type ClusterRejection =
  | PermissionRequired
  | NoSuchCluster
  | { readonly _tag: 'ClusterExists'; readonly cluster: string }
  | { readonly _tag: 'ClusterAlready'; readonly cluster: string; readonly status: 'enabled' | 'disabled' }
  /** A cluster is an authority or it is trusted, never both. */
  | { readonly _tag: 'ClusterOfOtherKind'; readonly cluster: string; readonly kind: ClusterKind }
  | { readonly _tag: 'ClusterHasHosts'; readonly cluster: string; readonly hosts: number };
