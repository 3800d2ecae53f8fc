import { serviceKey } from '../domain/cluster/service.js';
import { type ClusterRow, type ClusterRows, clusterRows } from './cluster-row.js';

/** Trusted clusters whose hosts shall use at least one of what an authority cluster offers, or were attached to it. */
export const clusterUsers = (rows: ClusterRows, row: ClusterRow): ReadonlyArray<string> => {
  const offered = new Set(row.advertised.map(serviceKey));
  return clusterRows(rows).flatMap(({ cluster, status, desired }) =>
    status !== 'decommissioned' &&
    desired !== null &&
    (desired.from === row.cluster || desired.services.some((service) => offered.has(serviceKey(service))))
      ? [cluster]
      : [],
  );
};
