import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  decommissionCluster,
  describeCluster,
  disableCluster,
  enableCluster,
  registerCluster,
} from '../../../domain/cluster/change-cluster.js';
import { addHostToCluster, removeHostFromCluster } from '../../../domain/cluster/change-members.js';
import { clusterStream } from '../../../domain/cluster/cluster-id.js';
import { hostStream } from '../../../domain/host/host-id.js';
import { clusterRow, memberRows } from '../../../projections/cluster-row.js';
import { clusterUsers } from '../../../projections/cluster-users.js';
import type { Api } from '../api.js';
import {
  AddClusterHost,
  ChangeCluster,
  ClusterHostPath,
  ClusterPath,
  DecommissionCluster,
  RegisterCluster,
} from '../codecs/clusters.js';
import { WithReason } from '../codecs/hosts.js';
import { commandRoute } from '../command-route.js';
import { Nothing, type Route } from '../route.js';

const PATH = '/v1/clusters/{id}';
const stream = ({ id }: { readonly id: string }): string => clusterStream(id);

const register = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: '/v1/clusters',
    operation: 'registerCluster',
    summary: 'Registers a cluster: an authority, whose hosts run the services, or a trusted one, whose hosts use them.',
    params: Nothing,
    body: RegisterCluster,
    stream: (_, { id }) => clusterStream(id),
    work: (by, { body: { id, ...rest } }) => registerCluster(api.deps)({ ...by, cluster: id, ...rest }),
  });

const change = (api: Api): Route =>
  commandRoute({
    method: 'PUT',
    path: PATH,
    operation: 'changeCluster',
    summary: 'What people call a cluster, and where it stands. Nothing is decided by it, and its id stays.',
    params: ClusterPath,
    body: ChangeCluster,
    stream,
    work: (by, { params, body }) => describeCluster(api.deps)({ ...by, cluster: params.id, ...body }),
  });

const enable = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/enable`,
    operation: 'enableCluster',
    summary: 'From then on the hosts of a trusted cluster are served as its hosts.',
    params: ClusterPath,
    body: WithReason,
    stream,
    work: (by, { params, body }) => enableCluster(api.deps)({ ...by, cluster: params.id, ...body }),
  });

const disable = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/disable`,
    operation: 'disableCluster',
    summary: 'No host is served as a host of this cluster any more, at once. Who is in it stays in it.',
    params: ClusterPath,
    body: WithReason,
    stream,
    work: (by, { params, body }) => disableCluster(api.deps)({ ...by, cluster: params.id, ...body }),
  });

const decommission = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/decommission`,
    operation: 'decommissionCluster',
    summary: 'Ends a cluster: its name is not used again, and whoever was in it is in none.',
    params: ClusterPath,
    body: DecommissionCluster,
    stream,
    work: (by, { params: { id: cluster }, body: { reason, withHosts = false, whileUsed = false } }) =>
      pipe(
        api.settled,
        TE.flatMap(() => {
          const rows = api.reads.clusters.now();
          const row = clusterRow(rows, cluster);
          const hosts = withHosts ? 0 : memberRows(rows, cluster).length;
          const usedBy = whileUsed || row === undefined ? [] : clusterUsers(rows, row);
          return decommissionCluster(api.deps)({ ...by, cluster, reason, hosts, usedBy });
        }),
      ),
  });

const addHost = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/hosts`,
    operation: 'addClusterHost',
    summary: 'Brings an enrolled host into the cluster; a host is in one cluster at most.',
    params: ClusterPath,
    body: AddClusterHost,
    stream: (_, { host }) => hostStream(host),
    work: (by, { params, body }) => addHostToCluster(api.deps)({ ...by, cluster: params.id, host: body.host }),
  });

const removeHost = (api: Api): Route =>
  commandRoute({
    method: 'DELETE',
    path: `${PATH}/hosts/{host}`,
    operation: 'removeClusterHost',
    summary: 'Takes a host out of the cluster: it gets no key as a host of it any more, at once.',
    params: ClusterHostPath,
    body: WithReason,
    stream: ({ host }) => hostStream(host),
    work: (by, { params, body }) =>
      removeHostFromCluster(api.deps)({ ...by, cluster: params.id, host: params.host, reason: body.reason }),
  });

export const clusterCommandRoutes = (api: Api): ReadonlyArray<Route> => [
  register(api),
  change(api),
  enable(api),
  disable(api),
  decommission(api),
  addHost(api),
  removeHost(api),
];
