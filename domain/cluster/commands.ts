import type { PermissionRequired } from '../access/require-permission.js';
import type { Actor } from '../ledger/envelope.js';
import type { ClusterKind } from './events.js';
import type { Service, ServiceAddress } from './service.js';

export type ClusterCommand = { readonly by: Actor } & (
  | {
      readonly type: 'RegisterCluster';
      readonly kind: ClusterKind;
      readonly displayName: string | undefined;
      readonly site: string | undefined;
    }
  | {
      /** Undefined: stays as it is; null: none from then on. */
      readonly type: 'ChangeDescription';
      readonly displayName: string | null | undefined;
      readonly site: string | null | undefined;
    }
  | { readonly type: 'EnableCluster' | 'DisableCluster'; readonly reason: string }
  | {
      readonly type: 'DecommissionCluster';
      readonly reason: string;
      /** How many hosts are in it, if that shall keep it. */
      readonly hosts: number;
      /** Trusted clusters that use what it offers, if that shall keep it. */
      readonly usedBy: ReadonlyArray<string>;
    }
  | { readonly type: 'AdvertiseService'; readonly service: Service }
  | {
      readonly type: 'WithdrawService';
      readonly address: ServiceAddress;
      /** Trusted clusters whose hosts shall use it still. */
      readonly usedBy: ReadonlyArray<string>;
      readonly reason: string;
    }
  | {
      readonly type: 'AttachServices';
      readonly services: ReadonlyArray<Service>;
      readonly from: string | undefined;
      readonly file: string | undefined;
    }
  | { readonly type: 'DetachServices'; readonly reason: string }
  | {
      readonly type: 'StartRemediation';
      readonly job: string;
      readonly hosts: number;
      readonly plan: string;
      readonly deadline: string;
    }
  | {
      /** The authority's own, when it looked at who is left. */
      readonly type: 'EndRemediation';
      readonly job: string;
      readonly hosts: number;
      readonly left: ReadonlyArray<string>;
      readonly now: string;
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
  | { readonly _tag: 'ClusterUnchanged'; readonly cluster: string }
  /** A cluster is an authority or it is trusted, never both. */
  | { readonly _tag: 'ClusterOfOtherKind'; readonly cluster: string; readonly kind: ClusterKind }
  | { readonly _tag: 'ClusterHasHosts'; readonly cluster: string; readonly hosts: number }
  /** An authority cluster that others use still. */
  | { readonly _tag: 'ClusterInUse'; readonly cluster: string; readonly usedBy: ReadonlyArray<string> }
  | { readonly _tag: 'ClusterDisabled'; readonly cluster: string }
  | ServiceRejection;

export type ServiceRejection =
  | { readonly _tag: 'ServiceUnknown'; readonly service: string }
  /** vTA's ResourceBusy. */
  | { readonly _tag: 'ServiceInUse'; readonly service: string; readonly usedBy: ReadonlyArray<string> }
  | { readonly _tag: 'ServiceTwice'; readonly service: string }
  | { readonly _tag: 'TooManyServices'; readonly most: number }
  /** A provider whose group nobody judges for would give no key. */
  | { readonly _tag: 'ServiceGroupsDiffer'; readonly groups: ReadonlyArray<string> }
  | { readonly _tag: 'NoServices' }
  | { readonly _tag: 'RemediationRunning'; readonly cluster: string; readonly job: string }
  | { readonly _tag: 'RemediationNotRunning'; readonly job: string };
