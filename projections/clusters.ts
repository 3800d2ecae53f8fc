import type { LedgerEvent } from '../domain/catalogue.js';
import { clusterOfStream } from '../domain/cluster/cluster-id.js';
import type { ClusterEvent } from '../domain/cluster/events.js';
import { hostOfStream } from '../domain/host/host-id.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import { type ClusterRow, type ClusterRows, clusterKey, clusterRow, type MemberRow, memberKey } from './cluster-row.js';
import { type Change, NOTHING, type Projection } from './projection.js';
import { actOf } from './reference.js';

type Row = ClusterRow | MemberRow;
type Changes = ReadonlyArray<Change<Row>>;

const STATUS = {
  ClusterEnabled: 'enabled',
  ClusterDisabled: 'disabled',
  ClusterDecommissioned: 'decommissioned',
} as const;

/** Whoever is in a cluster when it ends is in none any more. */
const freed = (rows: ClusterRows, cluster: string): Changes =>
  [...rows].flatMap(([key, row]) => (row.kind === 'member' && row.cluster === cluster ? [[key, null] as const] : []));

const evolveCluster = (rows: ClusterRows, recorded: Recorded<ClusterEvent>, cluster: string): Changes => {
  const { event } = recorded;
  const act = actOf(recorded);
  if (event.type === 'ClusterRegistered') {
    const { kind, displayName, site } = event.data;
    const row = { cluster, clusterKind: kind, displayName, site, status: 'disabled', registered: act } as const;
    return [[clusterKey(cluster), { kind: 'cluster', ...row, changed: null }]];
  }
  const row = clusterRow(rows, cluster);
  if (row === undefined) return NOTHING;
  const changed = { ...act, reason: event.data.reason };
  return [
    [clusterKey(cluster), { ...row, status: STATUS[event.type], changed }],
    ...(event.type === 'ClusterDecommissioned' ? freed(rows, cluster) : NOTHING),
  ];
};

const evolveMember = (rows: ClusterRows, recorded: Recorded<LedgerEvent>, host: string): Changes => {
  const { event } = recorded;
  const key = memberKey(host);
  if (event.type === 'HostJoined') {
    const { cluster } = event.data;
    // It ended while the host was joining.
    if (clusterRow(rows, cluster)?.status === 'decommissioned') return NOTHING;
    return [[key, { kind: 'member', host, cluster, joined: actOf(recorded) }]];
  }
  const leaves = event.type === 'HostLeft' || event.type === 'HostRetired';
  return leaves && rows.has(key) ? [[key, null]] : NOTHING;
};

/** Clusters, and which host is in which. */
export const clusters: Projection<Row, LedgerEvent> = {
  name: 'clusters',
  version: 1,
  evolve: (rows, recorded) => {
    const host = hostOfStream(recorded.stream);
    if (host !== undefined) return evolveMember(rows, recorded, host);
    const cluster = clusterOfStream(recorded.stream);
    return cluster === undefined ? NOTHING : evolveCluster(rows, recorded as Recorded<ClusterEvent>, cluster);
  },
};
