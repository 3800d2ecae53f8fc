import type { LedgerEvent } from '../domain/catalogue.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import {
  type AnyClusterRow,
  type ClusterRows,
  clusterKey,
  clusterRow,
  driftKey,
  memberKey,
  memberRow,
  memberRows,
} from './cluster-row.js';
import { hostTransition, type Stand } from './host-transition.js';
import type { Change } from './projection.js';
import { actOf } from './reference.js';

type Changes = ReadonlyArray<Change<AnyClusterRow>>;

/** Hosts whose drift these changes may have changed, by cluster: who came, went or reported, or all where another thing is desired. */
const touched = (rows: ClusterRows, changes: Changes): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  const add = (cluster: string, host: string): unknown =>
    found.set(cluster, (found.get(cluster) ?? new Set<string>()).add(host));
  for (const [key, row] of changes) {
    const old = rows.get(key);
    for (const each of [old, row]) if (each?.kind === 'member') add(each.cluster, each.host);
    if (old?.kind === 'cluster' && row?.kind === 'cluster' && old.desired !== row.desired)
      for (const { host } of memberRows(rows, row.cluster)) add(row.cluster, host);
  }
  return found;
};

const stand = (rows: ClusterRows, cluster: string, host: string): Stand => {
  const member = memberRow(rows, host);
  return {
    desired: clusterRow(rows, cluster)?.desired ?? null,
    member: member?.cluster === cluster ? member : undefined,
  };
};

/** The rows that these changes leave, as far as one host of one cluster goes. */
const rowsAfter = (
  rows: ClusterRows,
  changed: ReadonlyMap<string, AnyClusterRow | null>,
  keys: ReadonlyArray<string>,
) =>
  new Map(
    keys.flatMap((key) => {
      const row = changed.has(key) ? changed.get(key) : rows.get(key);
      return row === undefined || row === null ? [] : [[key, row] as const];
    }),
  );

/** What an event changed in how clusters' hosts stand to what is desired of them, from what it changed in the other rows. */
export const driftChanges = (rows: ClusterRows, recorded: Recorded<LedgerEvent>, changes: Changes): Changes => {
  const changed = new Map(changes);
  const cause = { ...actOf(recorded), type: recorded.event.type };
  return [...touched(rows, changes)].flatMap(([cluster, hosts]): Changes => {
    const transitions = [...hosts].sort().flatMap((host) => {
      const after = rowsAfter(rows, changed, [clusterKey(cluster), memberKey(host)]);
      const found = hostTransition(host, stand(rows, cluster, host), stand(after, cluster, host));
      return found === undefined ? [] : [found];
    });
    return transitions.length === 0 ? [] : [[driftKey(cluster), { kind: 'drift', cluster, cause, hosts: transitions }]];
  });
};
