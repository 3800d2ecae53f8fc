import type { LedgerEvent } from '../domain/catalogue.js';
import { clusterOfStream } from '../domain/cluster/cluster-id.js';
import type { ClusterEvent } from '../domain/cluster/events.js';
import { hostOfStream } from '../domain/host/host-id.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import {
  type AnyClusterRow,
  type ClusterRow,
  type ClusterRows,
  clusterKey,
  clusterRow,
  type JobRow,
  jobKey,
  jobRow,
  jobRows,
  memberKey,
  memberRow,
} from './cluster-row.js';
import { driftChanges } from './drift-changes.js';
import { evolveClusterRow } from './evolve-cluster-row.js';
import { type Change, NOTHING, type Projection } from './projection.js';
import { actOf } from './reference.js';

type Changes = ReadonlyArray<Change<AnyClusterRow>>;
type Of<T extends ClusterEvent['type']> = Recorded<Extract<ClusterEvent, { readonly type: T }>>;

const newRow = (recorded: Of<'ClusterRegistered'>, cluster: string): ClusterRow => {
  const { kind, displayName, site } = recorded.event.data;
  const named = { kind: 'cluster', cluster, clusterKind: kind, displayName, site } as const;
  return { ...named, status: 'disabled', registered: actOf(recorded), changed: null, advertised: [], desired: null };
};

/** Whoever is in a cluster when it ends is in none any more, and nothing is under way in it. */
const ended = (rows: ClusterRows, recorded: Recorded, cluster: string): Changes => [
  ...[...rows].flatMap(([key, row]) =>
    row.kind === 'member' && row.cluster === cluster ? [[key, null] as const] : [],
  ),
  ...jobRows(rows, cluster).flatMap((job) =>
    job.ended === null
      ? [
          [
            jobKey(job.job),
            { ...job, ended: { ...actOf(recorded), outcome: 'cancelled', failed: 0, first: [] } },
          ] as const,
        ]
      : [],
  ),
];

const endJob = (rows: ClusterRows, job: string, outcome: JobRow['ended']): Changes => {
  const row = jobRow(rows, job);
  return row === undefined ? NOTHING : [[jobKey(job), { ...row, ended: outcome }]];
};

const evolveJob = (rows: ClusterRows, recorded: Recorded<ClusterEvent>, cluster: string): Changes => {
  const { event } = recorded;
  const act = actOf(recorded);
  if (event.type === 'RemediationStarted')
    return [[jobKey(event.data.job), { kind: 'job', cluster, ...event.data, started: act, ended: null }]];
  if (event.type === 'ClusterRemediated')
    return endJob(rows, event.data.job, { ...act, outcome: 'done', failed: 0, first: [] });
  if (event.type !== 'RemediationFailed') return NOTHING;
  const { job, failed, first } = event.data;
  return endJob(rows, job, { ...act, outcome: 'failed', failed, first });
};

const evolveCluster = (rows: ClusterRows, recorded: Recorded<ClusterEvent>, cluster: string): Changes => {
  const { event } = recorded;
  if (event.type === 'ClusterRegistered') return [[clusterKey(cluster), newRow({ ...recorded, event }, cluster)]];
  const row = clusterRow(rows, cluster);
  if (row === undefined) return NOTHING;
  const next = evolveClusterRow(row, recorded, actOf(recorded));
  return [
    ...(next === row ? NOTHING : [[clusterKey(cluster), next] as const]),
    ...evolveJob(rows, recorded, cluster),
    ...(event.type === 'ClusterDecommissioned' ? ended(rows, recorded, cluster) : NOTHING),
  ];
};

const evolveMember = (rows: ClusterRows, recorded: Recorded<LedgerEvent>, host: string): Changes => {
  const { event } = recorded;
  const key = memberKey(host);
  if (event.type === 'HostJoined') {
    const { cluster } = event.data;
    // It ended while the host was joining.
    if (clusterRow(rows, cluster)?.status === 'decommissioned') return NOTHING;
    return [[key, { kind: 'member', host, cluster, joined: actOf(recorded), applied: null }]];
  }
  if (event.type === 'AppliedConfigObserved') {
    const row = memberRow(rows, host);
    const { services, by, cluster } = event.data;
    return row?.cluster === cluster
      ? [[key, { ...row, applied: { services, by, observed: actOf(recorded) } }]]
      : NOTHING;
  }
  const leaves = event.type === 'HostLeft' || event.type === 'HostRetired';
  return leaves && rows.has(key) ? [[key, null]] : NOTHING;
};

const evolve: Projection<AnyClusterRow, LedgerEvent>['evolve'] = (rows, recorded) => {
  const host = hostOfStream(recorded.stream);
  if (host !== undefined) return evolveMember(rows, recorded, host);
  const cluster = clusterOfStream(recorded.stream);
  return cluster === undefined ? NOTHING : evolveCluster(rows, recorded as Recorded<ClusterEvent>, cluster);
};

/** Clusters, which host is in which, what they shall apply and do apply, and how far that is under way. */
export const clusters: Projection<AnyClusterRow, LedgerEvent> = {
  name: 'clusters',
  version: 4,
  evolve: (rows, recorded) => {
    const changes = evolve(rows, recorded);
    return changes.length === 0 ? NOTHING : [...changes, ...driftChanges(rows, recorded, changes)];
  },
};
