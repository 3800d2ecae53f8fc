import type { Recorded } from '../ledger/envelope.js';
import type { ClusterEvent, ClusterKind } from './events.js';

export type ClusterStatus = 'unknown' | 'enabled' | 'disabled' | 'decommissioned';

/** What the authority knows of one cluster. Who is in it, each host's own stream says. */
export interface ClusterState {
  readonly status: ClusterStatus;
  readonly kind: ClusterKind | undefined;
}

export const unknownCluster: ClusterState = { status: 'unknown', kind: undefined };

/** Whether the hosts of the cluster are served as its hosts. */
export const isServed = ({ status, kind }: ClusterState): boolean => status === 'enabled' && kind === 'trusted';

export const evolveCluster = (state: ClusterState, { event }: Recorded<ClusterEvent>): ClusterState => {
  switch (event.type) {
    case 'ClusterRegistered':
      return { ...state, status: 'disabled', kind: event.data.kind };
    case 'ClusterEnabled':
      return { ...state, status: 'enabled' };
    case 'ClusterDisabled':
      return { ...state, status: 'disabled' };
    case 'ClusterDecommissioned':
      return { ...state, status: 'decommissioned' };
  }
};
