import * as t from 'io-ts';
import { ClusterId } from '../cluster/cluster-id.js';
import { closed } from '../encoding/closed.js';
import { SafeInt } from '../encoding/primitives.js';
import { HostId } from '../host/host-id.js';
import type { GuardFacts } from './facts.js';

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

/** The ledger's entries that an answer about a host leans on: its verdict, its joining, what its cluster is. Null: none. */
export const ReliedOn = closed(
  {
    host: HostId,
    verdict: orNull(SafeInt),
    cluster: orNull(ClusterId),
    joined: orNull(SafeInt),
    clusterState: orNull(SafeInt),
  },
  'ReliedOn',
);
export type ReliedOn = t.TypeOf<typeof ReliedOn>;

export const reliedOnOf = (facts: GuardFacts, hosts: ReadonlyArray<string>): ReadonlyArray<ReliedOn> =>
  hosts.map((host) => {
    const known = facts.host(host);
    const { cluster = null, joined = null } = known?.membership ?? {};
    const clusterState = cluster === null ? null : (facts.cluster(cluster)?.index ?? null);
    return { host, verdict: known?.verdict?.index ?? null, cluster, joined, clusterState };
  });
