import type { Recorded } from '../ledger/envelope.js';
import type { ClusterEvent, ClusterKind } from './events.js';
import { type Service, serviceKey } from './service.js';

export type ClusterStatus = 'unknown' | 'enabled' | 'disabled' | 'decommissioned';

/** What the authority knows of one cluster. Who is in it, each host's own stream says. */
export interface ClusterState {
  readonly status: ClusterStatus;
  readonly kind: ClusterKind | undefined;
  readonly description: { readonly displayName: string | null; readonly site: string | null };
  /** What an authority cluster offers, by `serviceKey`. */
  readonly advertised: ReadonlyMap<string, Service>;
  /** What the hosts of a trusted cluster shall use; undefined: nothing was said. */
  readonly desired: ReadonlyArray<Service> | undefined;
  /** The one that is under way. */
  readonly remediation: { readonly job: string; readonly deadline: string } | undefined;
}

export const unknownCluster: ClusterState = {
  status: 'unknown',
  kind: undefined,
  description: { displayName: null, site: null },
  advertised: new Map(),
  desired: undefined,
  remediation: undefined,
};

const without = (map: ReadonlyMap<string, Service>, key: string): ReadonlyMap<string, Service> =>
  new Map([...map].filter(([each]) => each !== key));

/** Whether the hosts of the cluster are served as its hosts. */
export const isServed = ({ status, kind }: ClusterState): boolean => status === 'enabled' && kind === 'trusted';

export const evolveCluster = (state: ClusterState, { event }: Recorded<ClusterEvent>): ClusterState => {
  switch (event.type) {
    case 'ClusterRegistered': {
      const { kind, ...description } = event.data;
      return { ...state, status: 'disabled', kind, description };
    }
    case 'ClusterDescriptionChanged':
      return { ...state, description: event.data.new };
    case 'ClusterEnabled':
      return { ...state, status: 'enabled' };
    case 'ClusterDisabled':
      return { ...state, status: 'disabled' };
    case 'ClusterDecommissioned':
      return { ...state, status: 'decommissioned', remediation: undefined };
    case 'AuthorityServiceAdvertised': {
      const { service } = event.data;
      return { ...state, advertised: new Map([...state.advertised, [serviceKey(service), service]]) };
    }
    case 'AuthorityServiceWithdrawn':
      return { ...state, advertised: without(state.advertised, serviceKey(event.data)) };
    case 'ServicesAttached':
      return { ...state, desired: event.data.services };
    case 'ServicesDetached':
      return { ...state, desired: undefined };
    case 'RemediationStarted':
      return { ...state, remediation: { job: event.data.job, deadline: event.data.deadline } };
    case 'ClusterRemediated':
    case 'RemediationFailed':
      return { ...state, remediation: undefined };
  }
};
