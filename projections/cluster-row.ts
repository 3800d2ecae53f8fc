import type { ClusterKind } from '../domain/cluster/events.js';
import type { Act } from './reference-row.js';

/** A cluster as its own events leave it. */
export interface ClusterRow {
  readonly kind: 'cluster';
  readonly cluster: string;
  readonly clusterKind: ClusterKind;
  readonly displayName: string | null;
  readonly site: string | null;
  readonly status: 'enabled' | 'disabled' | 'decommissioned';
  readonly registered: Act;
  /** What made its status, and why; null: it was only registered. */
  readonly changed: (Act & { readonly reason: string }) | null;
}

/** That a host is in a cluster. Its history is the host's way through the clusters. */
export interface MemberRow {
  readonly kind: 'member';
  readonly host: string;
  readonly cluster: string;
  readonly joined: Act;
}

export type ClusterRows = ReadonlyMap<string, ClusterRow | MemberRow>;

export const clusterKey = (cluster: string): string => `cluster/${cluster}`;
export const memberKey = (host: string): string => `member/${host}`;

export const clusterRow = (rows: ClusterRows, cluster: string): ClusterRow | undefined => {
  const row = rows.get(clusterKey(cluster));
  return row?.kind === 'cluster' ? row : undefined;
};

export const memberRow = (rows: ClusterRows, host: string): MemberRow | undefined => {
  const row = rows.get(memberKey(host));
  return row?.kind === 'member' ? row : undefined;
};

/** By name. */
export const clusterRows = (rows: ClusterRows): ReadonlyArray<ClusterRow> =>
  [...rows.values()]
    .filter((row): row is ClusterRow => row.kind === 'cluster')
    .sort((a, b) => (a.cluster < b.cluster ? -1 : 1));

/** By name; absent: of every cluster. */
export const memberRows = (rows: ClusterRows, cluster?: string): ReadonlyArray<MemberRow> =>
  [...rows.values()]
    .filter((row): row is MemberRow => row.kind === 'member' && row.cluster === (cluster ?? row.cluster))
    .sort((a, b) => (a.host < b.host ? -1 : 1));

/** Whether hosts of this cluster are served as its hosts. */
export const isServedRow = (row: ClusterRow | undefined): boolean =>
  row?.clusterKind === 'trusted' && row.status === 'enabled';

/** The trusted and enabled cluster that a host is in, if it is in one. */
export const servedClusterOf = (rows: ClusterRows, host: string): string | undefined => {
  const cluster = memberRow(rows, host)?.cluster;
  return cluster !== undefined && isServedRow(clusterRow(rows, cluster)) ? cluster : undefined;
};
