import type { ClusterKind } from '../domain/cluster/events.js';
import type { AppliedConfig } from '../domain/cluster/membership-commands.js';
import type { Service } from '../domain/cluster/service.js';
import type { DriftRow } from './drift-row.js';
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
  /** What an authority cluster offers, by address. */
  readonly advertised: ReadonlyArray<Service & { readonly since: Act }>;
  /** What the hosts of a trusted cluster shall use. */
  readonly desired: Desired | null;
}

export interface Desired {
  readonly services: ReadonlyArray<Service>;
  readonly from: string | null;
  readonly file: string | null;
  readonly attached: Act;
}

/** That a host is in a cluster. Its history is the host's way through the clusters. */
export interface MemberRow {
  readonly kind: 'member';
  readonly host: string;
  readonly cluster: string;
  readonly joined: Act;
  /** What it was last said to apply. */
  readonly applied: (AppliedConfig & { readonly observed: Act }) | null;
}

/** One remediation, under way while `ended` is null. */
export interface JobRow {
  readonly kind: 'job';
  readonly job: string;
  readonly cluster: string;
  readonly hosts: number;
  readonly plan: string;
  readonly deadline: string;
  readonly started: Act;
  readonly ended:
    | (Act & {
        readonly outcome: 'done' | 'failed' | 'cancelled';
        readonly failed: number;
        readonly first: ReadonlyArray<string>;
      })
    | null;
}

export type AnyClusterRow = ClusterRow | MemberRow | JobRow | DriftRow;

export type ClusterRows = ReadonlyMap<string, AnyClusterRow>;

export const clusterKey = (cluster: string): string => `cluster/${cluster}`;
export const memberKey = (host: string): string => `member/${host}`;
export const driftKey = (cluster: string): string => `drift/${cluster}`;
export const jobKey = (job: string): string => `job/${job}`;

export const clusterRow = (rows: ClusterRows, cluster: string): ClusterRow | undefined => {
  const row = rows.get(clusterKey(cluster));
  return row?.kind === 'cluster' ? row : undefined;
};

export const memberRow = (rows: ClusterRows, host: string): MemberRow | undefined => {
  const row = rows.get(memberKey(host));
  return row?.kind === 'member' ? row : undefined;
};

export const jobRow = (rows: ClusterRows, job: string): JobRow | undefined => {
  const row = rows.get(jobKey(job));
  return row?.kind === 'job' ? row : undefined;
};

/** Newest first; absent: of every cluster. */
export const jobRows = (rows: ClusterRows, cluster?: string): ReadonlyArray<JobRow> =>
  [...rows.values()]
    .filter((row): row is JobRow => row.kind === 'job' && row.cluster === (cluster ?? row.cluster))
    .sort((a, b) => b.started.index - a.started.index);

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
