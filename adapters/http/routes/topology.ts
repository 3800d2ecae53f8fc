import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { clusterHealth, hostDrift } from '../../../projections/cluster-drift.js';
import {
  type ClusterRow,
  type ClusterRows,
  clusterRow,
  clusterRows,
  memberRows,
} from '../../../projections/cluster-row.js';
import { clusterUsers } from '../../../projections/cluster-users.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { clustersAt } from '../clusters-at.js';
import { ServicesFile, TopologyAnswer } from '../codecs/cluster-services.js';
import { ClusterPath } from '../codecs/clusters.js';
import { AsOfQuery } from '../codecs/queries.js';
import { type Limits, limitsOf } from '../limits.js';
import { NoBody, Nothing, type Route, route } from '../route.js';
import { storedCertificates } from '../stored-certificates.js';
import type { NamedAuthority } from './authority.js';

const commonOf = (rows: ClusterRows, { cluster, site, status }: ClusterRow) => ({
  id: cluster,
  site,
  status,
  hosts: memberRows(rows, cluster).length,
});

const topologyOf = (rows: ClusterRows, { contains }: Limits): Omit<TopologyAnswer, 'asOf'> => {
  const all = clusterRows(rows).filter(({ cluster }) => contains.cluster(cluster));
  const trusted = all.filter(({ clusterKind }) => clusterKind === 'trusted');
  return {
    authorities: all
      .filter(({ clusterKind }) => clusterKind === 'authority')
      .map((row) => {
        const usedBy = clusterUsers(rows, row).filter(contains.cluster);
        return { ...commonOf(rows, row), services: row.advertised, usedBy };
      }),
    trusted: trusted.map((row) => {
      const hosts = memberRows(rows, row.cluster).map((member) => hostDrift(row.desired, member));
      return { ...commonOf(rows, row), health: clusterHealth(hosts), desired: row.desired };
    }),
  };
};

const topology = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/topology',
    operation: 'showTopology',
    summary: 'Authority clusters with their services, and the trusted clusters that use them; now or as of then.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: TopologyAnswer,
    handle: ({ query, principal }) =>
      clustersAt(api, query, (rows) => E.right(topologyOf(rows, limitsOf(api, principal)))),
  });

const fileOf = (api: Api, authority: string, cluster: string): TE.TaskEither<ApiError, { body: ServicesFile }> => {
  const row = clusterRow(api.reads.clusters.now(), cluster);
  if (row === undefined) return TE.left({ _tag: 'ClusterUnknown', cluster });
  if (row.clusterKind !== 'authority') return TE.left({ _tag: 'ClusterOfOtherKind', cluster, kind: row.clusterKind });
  return pipe(
    row.advertised,
    TE.traverseArray(({ kind, hostname, port, group, trustedCa }) =>
      pipe(
        storedCertificates(api, trustedCa),
        TE.map((certificates) => ({ kind, hostname, port, group, trustedCa: certificates })),
      ),
    ),
    TE.map((services) => ({ body: { type: 'sekisho-services', v: 1, authority, cluster, services } })),
  );
};

const exportFile = (api: Api, { kid }: NamedAuthority): Route =>
  route({
    method: 'GET',
    path: '/v1/clusters/{id}/services-file',
    operation: 'exportServices',
    summary: 'What an authority cluster offers, as a file for the side that shall use it.',
    params: ClusterPath,
    query: Nothing,
    body: NoBody,
    answer: ServicesFile,
    handle: ({ params }) =>
      pipe(
        api.settled,
        TE.flatMap(() => fileOf(api, kid, params.id)),
      ),
  });

export const topologyRoutes = (api: Api, authority: NamedAuthority): ReadonlyArray<Route> => [
  topology(api),
  exportFile(api, authority),
];
