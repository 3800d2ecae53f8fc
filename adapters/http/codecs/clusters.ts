import * as t from 'io-ts';
import { ClusterId } from '../../../domain/cluster/cluster-id.js';
import { ClusterKind } from '../../../domain/cluster/events.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { Instant, Text } from '../../../domain/encoding/primitives.js';
import { HostId } from '../../../domain/host/host-id.js';
import { AsOf } from './answers.js';
import { SafeIntText } from './queries.js';
import { Act, ReasonedAct } from './reads.js';

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

export const ClusterPath = closed({ id: ClusterId }, 'ClusterPath');
export const ClusterHostPath = closed({ id: ClusterId, host: HostId }, 'ClusterHostPath');

export const RegisterCluster = closedWith(
  { id: ClusterId, kind: ClusterKind },
  { displayName: Text(256), site: Text(128) },
  'RegisterCluster',
);

/** What is not named stays as it is; null takes it away. */
export const ChangeCluster = closedWith(
  {},
  { displayName: orNull(Text(256)), site: orNull(Text(128)) },
  'ChangeCluster',
);

/** `withHosts`: although hosts are in it; they are in no cluster then. `whileUsed`: although trusted clusters use what it offers. */
export const DecommissionCluster = closedWith(
  { reason: Text(512) },
  { withHosts: t.boolean, whileUsed: t.boolean },
  'DecommissionCluster',
);

export const AddClusterHost = closed({ host: HostId }, 'AddClusterHost');

export const ClusterQuery = t.refinement(
  closedWith({}, { index: SafeIntText, at: Instant, cursor: SafeIntText, limit: SafeIntText }, 'ClusterQuery'),
  ({ index, at }) => index === undefined || at === undefined,
  'ClusterQuery(index or at, not both)',
);

export const ClusterView = t.type(
  {
    id: t.string,
    kind: t.string,
    displayName: orNull(t.string),
    site: orNull(t.string),
    status: t.string,
    /** Whether its hosts are served keys as hosts of this cluster. */
    served: t.boolean,
    registered: Act,
    changed: orNull(ReasonedAct),
    hosts: t.number,
  },
  'ClusterView',
);
export type ClusterView = t.TypeOf<typeof ClusterView>;

export const ClustersAnswer = t.type({ asOf: AsOf, clusters: t.readonlyArray(ClusterView) }, 'ClustersAnswer');

const MemberView = t.type(
  { host: t.string, joined: Act, state: t.string, reasons: t.readonlyArray(t.string) },
  'ClusterMember',
);
export type MemberView = t.TypeOf<typeof MemberView>;

export const ClusterAnswer = t.type(
  { asOf: AsOf, cluster: ClusterView, hosts: t.readonlyArray(MemberView), nextCursor: orNull(t.number) },
  'ClusterAnswer',
);
export type ClusterAnswer = t.TypeOf<typeof ClusterAnswer>;

/** `until`: the entry that ended it; null: it lasts. */
const Membership = t.type({ cluster: t.string, joined: Act, until: orNull(t.number) }, 'Membership');

export const MembershipAnswer = t.type(
  {
    asOf: AsOf,
    host: t.string,
    cluster: orNull(t.string),
    served: t.boolean,
    /** Newest first. */
    memberships: t.readonlyArray(Membership),
  },
  'MembershipAnswer',
);
export type MembershipAnswer = t.TypeOf<typeof MembershipAnswer>;
