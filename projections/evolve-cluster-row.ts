import type { ClusterEvent } from '../domain/cluster/events.js';
import { serviceKey } from '../domain/cluster/service.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import type { ClusterRow } from './cluster-row.js';
import type { Act } from './reference-row.js';

const byAddress = (a: ClusterRow['advertised'][number], b: ClusterRow['advertised'][number]): number =>
  serviceKey(a) < serviceKey(b) ? -1 : 1;

const STATUS = {
  ClusterEnabled: 'enabled',
  ClusterDisabled: 'disabled',
  ClusterDecommissioned: 'decommissioned',
} as const;

/** The cluster's own row after one of its events. */
export const evolveClusterRow = (row: ClusterRow, { event }: Recorded<ClusterEvent>, act: Act): ClusterRow => {
  switch (event.type) {
    case 'ClusterDescriptionChanged':
      return { ...row, ...event.data.new };
    case 'ClusterEnabled':
    case 'ClusterDisabled':
    case 'ClusterDecommissioned':
      return { ...row, status: STATUS[event.type], changed: { ...act, reason: event.data.reason } };
    case 'AuthorityServiceAdvertised': {
      const { service } = event.data;
      const others = row.advertised.filter((each) => serviceKey(each) !== serviceKey(service));
      return { ...row, advertised: [...others, { ...service, since: act }].sort(byAddress) };
    }
    case 'AuthorityServiceWithdrawn':
      return { ...row, advertised: row.advertised.filter((each) => serviceKey(each) !== serviceKey(event.data)) };
    case 'ServicesAttached':
      return { ...row, desired: { ...event.data, attached: act } };
    case 'ServicesDetached':
      return { ...row, desired: null };
    case 'ClusterRegistered':
    case 'RemediationStarted':
    case 'ClusterRemediated':
    case 'RemediationFailed':
      return row;
  }
};
