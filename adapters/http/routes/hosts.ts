import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { ClusterId } from '../../../domain/cluster/cluster-id.js';
import { closedWith } from '../../../domain/encoding/closed.js';
import { Instant, Text } from '../../../domain/encoding/primitives.js';
import { memberKey, memberRows } from '../../../projections/cluster-row.js';
import { countStates, type HostTrust, hostsAt, hostTrustAt, TRUST_STATES } from '../../../projections/host-trust-at.js';
import { hostKey } from '../../../projections/host-trust-row.js';
import type { ReadApi } from '../api.js';
import type { ApiError } from '../api-error.js';
import { HostPath } from '../codecs/hosts.js';
import { AsOfQuery, limitOf, SafeIntText } from '../codecs/queries.js';
import { HostAnswer, HostsAnswer, type HostView } from '../codecs/reads.js';
import { type Limits, limitsOf } from '../limits.js';
import { asOf, type Moment, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const viewOf = (api: ReadApi, { row, ...trust }: HostTrust, at: Moment): E.Either<ApiError, HostView> =>
  pipe(
    clusterAt(api, row.host, at),
    E.map((cluster) => ({ ...row, ...trust, id: row.host, cluster })),
  );

/** Null: it was in none then, or clusters are not known here. */
const clusterAt = (api: ReadApi, host: string, { index }: Moment): E.Either<ApiError, string | null> =>
  pipe(
    api.reads.clusters?.rowAt(memberKey(host), index) ?? E.right(undefined),
    E.map((row) => (row?.kind === 'member' ? row.cluster : null)),
  );

const show = (api: ReadApi): Route =>
  route({
    method: 'GET',
    path: '/v1/hosts/{id}',
    operation: 'showHost',
    summary: 'Whether a host is trusted, and why or why not; now or as of an index or a time.',
    params: HostPath,
    query: AsOfQuery,
    body: NoBody,
    answer: HostAnswer,
    handle: ({ params, query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither(
          (at): E.Either<ApiError, { body: t.TypeOf<typeof HostAnswer> }> =>
            pipe(
              api.reads.hostTrust.rowAt(hostKey(params.id), at.index),
              E.flatMap(
                (row): E.Either<ApiError, { body: t.TypeOf<typeof HostAnswer> }> =>
                  row?.kind === 'host'
                    ? pipe(
                        viewOf(api, hostTrustAt(row, at.judgedAt), at),
                        E.map((host) => ({ body: { asOf: asOf(at), host } })),
                      )
                    : E.left({ _tag: 'HostNotEnrolled' }),
              ),
            ),
        ),
      ),
  });

const TrustState = t.keyof(
  Object.fromEntries(TRUST_STATES.map((state) => [state, null])) as Record<(typeof TRUST_STATES)[number], null>,
  'TrustState',
);

/** `search`: what its id or its display name holds, in any case of letters. `cluster`: only hosts that are in it. */
const HostsQuery = t.refinement(
  closedWith(
    {},
    {
      state: TrustState,
      search: Text(256),
      cluster: ClusterId,
      index: SafeIntText,
      at: Instant,
      cursor: SafeIntText,
      limit: SafeIntText,
    },
    'HostsQuery',
  ),
  ({ index, at }) => index === undefined || at === undefined,
  'HostsQuery(index or at, not both)',
);
type HostsQuery = t.TypeOf<typeof HostsQuery>;

const isNamed = ({ row }: HostTrust, search: string): boolean =>
  [row.host, row.displayName ?? ''].some((name) => name.toLowerCase().includes(search.toLowerCase()));

/** Who was in a cluster then; undefined: it was not asked. */
const membersAt = (
  api: ReadApi,
  { index }: Moment,
  cluster: string | undefined,
): E.Either<ApiError, ReadonlySet<string> | undefined> => {
  if (cluster === undefined) return E.right(undefined);
  if (api.reads.clusters === undefined) return E.left({ _tag: 'ClusterUnknown', cluster });
  return pipe(
    api.reads.clusters.rowsAt(index),
    E.map((rows) => new Set(memberRows(rows, cluster).map(({ host }) => host))),
  );
};

/** Whatever their state. */
const askedFor = (
  api: ReadApi,
  query: HostsQuery,
  at: Moment,
  { contains }: Limits,
): E.Either<ApiError, ReadonlyArray<HostTrust>> =>
  pipe(
    membersAt(api, at, query.cluster),
    E.bindTo('members'),
    E.bindW('rows', () => api.reads.hostTrust.rowsAt(at.index)),
    E.map(({ members, rows }) =>
      hostsAt(rows, at.judgedAt).filter(
        (host) =>
          contains.host(host.row.host) && members?.has(host.row.host) !== false && isNamed(host, query.search ?? ''),
      ),
    ),
  );

const pageOf = (
  api: ReadApi,
  query: HostsQuery,
  at: Moment,
  asked: ReadonlyArray<HostTrust>,
): E.Either<ApiError, { body: HostsAnswer }> => {
  const hosts = asked.filter(({ state }) => state === (query.state ?? state));
  const from = query.cursor ?? 0;
  const page = hosts.slice(from, from + limitOf(query));
  const next = from + page.length;
  const nextCursor = next < hosts.length ? next : null;
  return pipe(
    page,
    E.traverseArray((host) => viewOf(api, host, at)),
    E.map((views) => ({
      body: { asOf: asOf(at), hosts: views, total: hosts.length, counts: countStates(asked), nextCursor },
    })),
  );
};

const list = (api: ReadApi): Route =>
  route({
    method: 'GET',
    path: '/v1/hosts',
    operation: 'listHosts',
    summary: 'Hosts by name, with their trust, and how many are in each state; now or as of an index or a time.',
    params: Nothing,
    query: HostsQuery,
    body: NoBody,
    answer: HostsAnswer,
    handle: ({ query, principal }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            askedFor(api, query, at, limitsOf(api, principal)),
            E.flatMap((asked) => pageOf(api, query, at, asked)),
          ),
        ),
      ),
  });

export const hostRoutes = (api: ReadApi): ReadonlyArray<Route> => [list(api), show(api)];
