import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { closedWith } from '../../../domain/encoding/closed.js';
import { Instant } from '../../../domain/encoding/primitives.js';
import { type HostTrust, hostsAt, hostTrustAt, TRUST_STATES } from '../../../projections/host-trust-at.js';
import { hostKey } from '../../../projections/host-trust-row.js';
import type { ReadApi } from '../api.js';
import type { ApiError } from '../api-error.js';
import { HostPath } from '../codecs/hosts.js';
import { AsOfQuery, limitOf, SafeIntText } from '../codecs/queries.js';
import { HostAnswer, HostsAnswer, type HostView } from '../codecs/reads.js';
import { limitsOf } from '../limits.js';
import { asOf, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const hostView = ({ row, ...trust }: HostTrust): HostView => ({ ...row, ...trust, id: row.host });

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
                    ? E.right({ body: { asOf: asOf(at), host: hostView(hostTrustAt(row, at.judgedAt)) } })
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

const HostsQuery = t.refinement(
  closedWith(
    {},
    { state: TrustState, index: SafeIntText, at: Instant, cursor: SafeIntText, limit: SafeIntText },
    'HostsQuery',
  ),
  ({ index, at }) => index === undefined || at === undefined,
  'HostsQuery(index or at, not both)',
);

const list = (api: ReadApi): Route =>
  route({
    method: 'GET',
    path: '/v1/hosts',
    operation: 'listHosts',
    summary: 'Hosts by name, with their trust; now or as of an index or a time.',
    params: Nothing,
    query: HostsQuery,
    body: NoBody,
    answer: HostsAnswer,
    handle: ({ query, principal }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            api.reads.hostTrust.rowsAt(at.index),
            E.map((rows) => {
              const { contains } = limitsOf(api, principal);
              const hosts = hostsAt(rows, at.judgedAt).filter(
                ({ state, row }) => state === (query.state ?? state) && contains.host(row.host),
              );
              const from = query.cursor ?? 0;
              const page = hosts.slice(from, from + limitOf(query));
              const next = from + page.length;
              const nextCursor = next < hosts.length ? next : null;
              return { body: { asOf: asOf(at), hosts: page.map(hostView), nextCursor } };
            }),
          ),
        ),
      ),
  });

export const hostRoutes = (api: ReadApi): ReadonlyArray<Route> => [list(api), show(api)];
