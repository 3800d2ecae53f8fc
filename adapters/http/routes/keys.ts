import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { closedWith } from '../../../domain/encoding/closed.js';
import { Instant, Sha256Hex, Text } from '../../../domain/encoding/primitives.js';
import { HostId } from '../../../domain/host/host-id.js';
import { keyStream } from '../../../domain/key/key-id.js';
import { registerKey, revokeKey } from '../../../domain/key/key-stream.js';
import { ProviderId } from '../../../domain/key-provider/provider-id.js';
import { servedClusterOf } from '../../../projections/cluster-row.js';
import { hostsAt } from '../../../projections/host-trust-at.js';
import { keyAccessAt } from '../../../projections/key-access-at.js';
import { holdings, keyRow, keys } from '../../../projections/key-row.js';
import { POLICY_KEY } from '../../../projections/reference-row.js';
import type { Principal } from '../../access/tokens.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { WithReason } from '../codecs/hosts.js';
import { KeyAccessAnswer, KeyAnswer, KeyLedgerAnswer, KeyPath, KeysAnswer, RegisterKey } from '../codecs/keys.js';
import { AsOfQuery, limitOf, SafeIntText } from '../codecs/queries.js';
import { commandRoute } from '../command-route.js';
import { holdingView, keyView, keyViews } from '../key-views.js';
import { limitsOf } from '../limits.js';
import { asOf, type Moment, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const paging = { index: SafeIntText, at: Instant, cursor: SafeIntText, limit: SafeIntText };

const oneMoment = ({ index, at }: { readonly index?: number | undefined; readonly at?: string | undefined }): boolean =>
  index === undefined || at === undefined;

const KeysQuery = t.refinement(
  closedWith({}, { provider: ProviderId, primaryKey: Text(128), ...paging }, 'KeysQuery'),
  oneMoment,
  'KeysQuery',
);

const LedgerQuery = t.refinement(
  closedWith({}, { host: HostId, key: Sha256Hex, provider: ProviderId, ...paging }, 'KeyLedgerQuery'),
  oneMoment,
  'KeyLedgerQuery',
);

const AccessQuery = t.refinement(
  closedWith({}, { host: HostId, provider: ProviderId, ...paging }, 'KeyAccessQuery'),
  oneMoment,
  'KeyAccessQuery',
);

interface Paged {
  readonly cursor?: number | undefined;
  readonly limit?: number | undefined;
}

const pageOf = <A>(
  all: ReadonlyArray<A>,
  query: Paged,
): { readonly page: ReadonlyArray<A>; readonly nextCursor: number | null } => {
  const from = query.cursor ?? 0;
  const page = all.slice(from, from + limitOf(query));
  const next = from + page.length;
  return { page, nextCursor: next < all.length ? next : null };
};

/** What is about a host and a provider is for those who have to do with either. */
const ofEither = (api: Api, principal: Principal | undefined) => {
  const { contains } = limitsOf(api, principal);
  return ({ host, provider }: { readonly host: string; readonly provider: string }): boolean =>
    contains.host(host) || contains['key-provider'](provider);
};

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/keys',
    operation: 'listKeys',
    summary: 'Keys by their ciphertexts: what wrapped them, whether they were revoked; now or as of then.',
    params: Nothing,
    query: KeysQuery,
    body: NoBody,
    answer: KeysAnswer,
    handle: ({ query, principal }) =>
      pipe(
        keyViews(api, query),
        TE.map((views) => {
          const { contains } = limitsOf(api, principal);
          const listed = keys(views.rows, query).filter(({ provider }) => contains['key-provider'](provider));
          const { page, nextCursor } = pageOf(listed, query);
          return { body: { asOf: asOf(views.at), keys: page.map((row) => keyView(views, row)), nextCursor } };
        }),
      ),
  });

const show = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/keys/{id}',
    operation: 'showKey',
    summary: 'A key and who had it; now or as of an index or a time.',
    params: KeyPath,
    query: AsOfQuery,
    body: NoBody,
    answer: KeyAnswer,
    handle: ({ params, query }) =>
      pipe(
        keyViews(api, query),
        TE.flatMapEither((views): E.Either<ApiError, { body: t.TypeOf<typeof KeyAnswer> }> => {
          const key = keyRow(views.rows, params.id);
          if (key === undefined) return E.left({ _tag: 'KeyUnknown' });
          const holders = holdings(views.rows, { key: params.id }).map((row) => holdingView(views, row));
          return E.right({ body: { asOf: asOf(views.at), key: keyView(views, key), holders } });
        }),
      ),
  });

const ledger = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/key-ledger',
    operation: 'showKeyLedger',
    summary: 'Who had which key, since when and on which verdict; by host, key or provider; now or as of then.',
    params: Nothing,
    query: LedgerQuery,
    body: NoBody,
    answer: KeyLedgerAnswer,
    handle: ({ query, principal }) =>
      pipe(
        keyViews(api, query),
        TE.map((views) => {
          const { page, nextCursor } = pageOf(holdings(views.rows, query).filter(ofEither(api, principal)), query);
          return { body: { asOf: asOf(views.at), holdings: page.map((row) => holdingView(views, row)), nextCursor } };
        }),
      ),
  });

const accessAt = (
  api: Api,
  at: Moment,
  query: t.TypeOf<typeof AccessQuery>,
  principal: Principal | undefined,
): E.Either<ApiError, { body: t.TypeOf<typeof KeyAccessAnswer> }> =>
  pipe(
    E.Do,
    E.bind('hosts', () => api.reads.hostTrust.rowsAt(at.index)),
    E.bind('providers', () => api.reads.keyProviders.rowsAt(at.index)),
    E.bind('clusters', () => api.reads.clusters.rowsAt(at.index)),
    E.bind('policy', () => api.reads.reference.rowAt(POLICY_KEY, at.index)),
    E.map(({ hosts, providers, clusters, policy }) => {
      const clusterOf = (host: string): string | undefined => servedClusterOf(clusters, host);
      const policyRevision = policy?.kind === 'policy' ? policy.changed.revision : -1;
      const access = hostsAt(hosts, at.judgedAt)
        .filter(({ row }) => row.host === (query.host ?? row.host))
        .flatMap((trust) =>
          [...providers.values()]
            .filter(({ provider }) => provider === (query.provider ?? provider))
            .map((provider) => keyAccessAt(trust, provider, { policyRevision, clusterOf }, at.judgedAt)),
        );
      const { page, nextCursor } = pageOf(access.filter(ofEither(api, principal)), query);
      return { body: { asOf: asOf(at), access: page, nextCursor } };
    }),
  );

const access = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/key-access',
    operation: 'showKeyAccess',
    summary: 'Which hosts may have keys of which providers, and why not; now or as of an index or a time.',
    params: Nothing,
    query: AccessQuery,
    body: NoBody,
    answer: KeyAccessAnswer,
    handle: ({ query, principal }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) => accessAt(api, at, query, principal)),
      ),
  });

const register = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: '/v1/keys',
    operation: 'registerKey',
    summary: 'Makes a key known that was wrapped by the primary key before: hosts may have it from then on.',
    params: Nothing,
    body: RegisterKey,
    stream: (_, { id }) => keyStream(id),
    work: (by, { body: { id, ...rest } }) => registerKey(api.deps)({ ...by, key: id, ...rest }),
  });

const revoke = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: '/v1/keys/{id}/revoke',
    operation: 'revokeKey',
    summary: 'Nobody gets this key any more, under whatever primary key it was wrapped anew.',
    params: KeyPath,
    body: WithReason,
    stream: ({ id }) => keyStream(id),
    work: (by, { params, body }) => revokeKey(api.deps)({ ...by, key: params.id, ...body }),
  });

export const keyRoutes = (api: Api): ReadonlyArray<Route> => [
  list(api),
  show(api),
  ledger(api),
  access(api),
  register(api),
  revoke(api),
];
