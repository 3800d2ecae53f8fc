import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type AnyClusterRow,
  type ClusterRow,
  type ClusterRows,
  clusterRow,
  clusterRows,
  isServedRow,
  type MemberRow,
  memberKey,
  memberRows,
  servedClusterOf,
} from '../../../projections/cluster-row.js';
import { hostTrustAt } from '../../../projections/host-trust-at.js';
import { hostKey } from '../../../projections/host-trust-row.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { clustersAt } from '../clusters-at.js';
import {
  ClusterAnswer,
  ClusterPath,
  ClusterQuery,
  ClustersAnswer,
  type ClusterView,
  MembershipAnswer,
  type MemberView,
} from '../codecs/clusters.js';
import { HostPath } from '../codecs/hosts.js';
import { AsOfQuery, limitOf } from '../codecs/queries.js';
import { limitsOf } from '../limits.js';
import { asOf, type Moment, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const viewOf = (row: ClusterRow, hosts: number): ClusterView => {
  const { cluster, clusterKind, displayName, site, status, registered, changed } = row;
  const served = isServedRow(row);
  return { id: cluster, kind: clusterKind, displayName, site, status, served, registered, changed, hosts };
};

const countsOf = (rows: ClusterRows): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { cluster } of memberRows(rows)) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  return counts;
};

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/clusters',
    operation: 'listClusters',
    summary: 'Clusters by name, with how many hosts are in them; now or as of an index or a time.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: ClustersAnswer,
    handle: ({ query, principal }) =>
      clustersAt(api, query, (rows) => {
        const counts = countsOf(rows);
        const { contains } = limitsOf(api, principal);
        const clusters = clusterRows(rows)
          .filter(({ cluster }) => contains.cluster(cluster))
          .map((row) => viewOf(row, counts.get(row.cluster) ?? 0));
        return E.right({ clusters });
      }),
  });

/** The trust of each is read for those that are shown only. */
const memberView =
  (api: Api, at: Moment) =>
  ({ host, joined }: MemberRow): E.Either<ApiError, MemberView> =>
    pipe(
      api.reads.hostTrust.rowAt(hostKey(host), at.index),
      E.map((row) => {
        const trust = row?.kind === 'host' ? hostTrustAt(row, at.judgedAt) : { state: 'enrolled', reasons: [] };
        return { host, joined, state: trust.state, reasons: trust.reasons };
      }),
    );

const show = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/clusters/{id}',
    operation: 'showCluster',
    summary: 'A cluster and its hosts, with their trust; now or as of an index or a time.',
    params: ClusterPath,
    query: ClusterQuery,
    body: NoBody,
    answer: ClusterAnswer,
    handle: ({ params, query }) =>
      clustersAt(api, query, (rows, at): E.Either<ApiError, Omit<ClusterAnswer, 'asOf'>> => {
        const row = clusterRow(rows, params.id);
        if (row === undefined) return E.left({ _tag: 'ClusterUnknown', cluster: params.id });
        const members = memberRows(rows, params.id);
        const from = query.cursor ?? 0;
        const page = members.slice(from, from + limitOf(query));
        const next = from + page.length;
        return pipe(
          page,
          E.traverseArray(memberView(api, at)),
          E.map((hosts) => {
            const nextCursor = next < members.length ? next : null;
            return { cluster: viewOf(row, members.length), hosts, nextCursor };
          }),
        );
      }),
  });

const MOST_VERSIONS = 1000;

const sameJoining = (row: AnyClusterRow | null, newer: AnyClusterRow | null | undefined): boolean =>
  row?.kind === 'member' && newer?.kind === 'member' && row.joined.index === newer.joined.index;

const membershipAt = (api: Api, at: Moment, host: string): E.Either<ApiError, { body: MembershipAnswer }> =>
  pipe(
    E.Do,
    E.bind('known', () => api.reads.hostTrust.rowAt(hostKey(host), at.index)),
    E.bind('rows', () => api.reads.clusters.rowsAt(at.index)),
    E.bind('spans', () => api.reads.clusters.history(memberKey(host), at.index + 1, MOST_VERSIONS)),
    E.flatMap(({ known, rows, spans }): E.Either<ApiError, { body: MembershipAnswer }> => {
      if (known === undefined) return E.left({ _tag: 'HostNotEnrolled' });
      // A report of what it applies makes a version of the row as well: only the newest of each joining ends it.
      const joinings = spans.filter(({ row }, i) => !sameJoining(row, spans[i - 1]?.row));
      const memberships = joinings.flatMap(({ row, until }) =>
        row?.kind === 'member'
          ? [
              {
                cluster: row.cluster,
                joined: row.joined,
                until: until === undefined || until > at.index ? null : until,
              },
            ]
          : [],
      );
      const [newest] = spans;
      const cluster = newest?.row?.kind === 'member' ? newest.row.cluster : null;
      const served = servedClusterOf(rows, host) !== undefined;
      return E.right({ body: { asOf: asOf(at), host, cluster, served, memberships } });
    }),
  );

const membership = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/hosts/{id}/cluster',
    operation: 'showHostCluster',
    summary: 'Which cluster a host is in, and which ones it was in; now or as of an index or a time.',
    params: HostPath,
    query: AsOfQuery,
    body: NoBody,
    answer: MembershipAnswer,
    handle: ({ params, query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) => membershipAt(api, at, params.id)),
      ),
  });

export const clusterRoutes = (api: Api): ReadonlyArray<Route> => [list(api), show(api), membership(api)];
