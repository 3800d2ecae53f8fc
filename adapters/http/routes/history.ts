import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import { CATALOGUE, type LedgerEvent } from '../../../domain/catalogue.js';
import { clusterStream } from '../../../domain/cluster/cluster-id.js';
import { closedWith } from '../../../domain/encoding/closed.js';
import { hostStream } from '../../../domain/host/host-id.js';
import { inventoryStream } from '../../../domain/inventory/inventory-id.js';
import { keyStream } from '../../../domain/key/key-id.js';
import { providerStream } from '../../../domain/key-provider/provider-id.js';
import type { Recorded } from '../../../domain/ledger/envelope.js';
import { loadStream } from '../../../domain/ledger/load-stream.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { ClusterPath } from '../codecs/clusters.js';
import { HostPath } from '../codecs/hosts.js';
import { InventoryPath } from '../codecs/inventories.js';
import { ProviderPath } from '../codecs/key-providers.js';
import { KeyPath } from '../codecs/keys.js';
import { limitOf, SafeIntText } from '../codecs/queries.js';
import { type EventView, HistoryAnswer } from '../codecs/reads.js';
import { asOf, moment } from '../moment.js';
import type { Operation } from '../permissions.js';
import { NoBody, type Route, route } from '../route.js';

const view = (recorded: Recorded<LedgerEvent>): EventView => {
  const { index, stream, revision, id, recordedAt, actor, command, basis, event } = recorded;
  return { index, stream, revision, id, type: event.type, recordedAt, actor, command, basis, data: event.data };
};

const HistoryQuery = closedWith({}, { cursor: SafeIntText, limit: SafeIntText }, 'HistoryQuery');

interface Subject<P> {
  readonly path: string;
  readonly operation: Operation;
  readonly summary: string;
  readonly params: t.Type<P, unknown>;
  readonly stream: (params: P) => string;
  readonly unknown: (params: P) => ApiError;
}

/** The stream is read whole, because its newest signature vouches for all of it; a page of it is shown. */
const history = <P>(api: Api, { path, operation, summary, params: codec, stream, unknown }: Subject<P>): Route =>
  route({
    method: 'GET',
    path,
    operation,
    summary: `${summary}, newest first. \`cursor\` is a revision to go on below.`,
    params: codec,
    query: HistoryQuery,
    body: NoBody,
    answer: HistoryAnswer,
    handle: ({ params, query }) =>
      pipe(
        TE.Do,
        TE.bind('at', () => moment(api, {})),
        TE.bind(
          'loaded',
          (): TE.TaskEither<ApiError, ReadonlyArray<Recorded<LedgerEvent>>> =>
            pipe(
              loadStream(api.deps)(CATALOGUE, stream(params)),
              TE.map(({ events }) => events),
            ),
        ),
        TE.flatMap(({ at, loaded }): TE.TaskEither<ApiError, { body: typeof HistoryAnswer._A }> => {
          if (loaded.length === 0) return TE.left(unknown(params));
          const before = loaded.filter(({ revision }) => revision < (query.cursor ?? loaded.length)).reverse();
          const page = before.slice(0, limitOf(query));
          const nextCursor = page.length < before.length ? (page.at(-1)?.revision ?? null) : null;
          return TE.right({ body: { asOf: asOf(at), events: page.map(view), nextCursor } });
        }),
      ),
  });

export const historyRoutes = (api: Api): ReadonlyArray<Route> => [
  history(api, {
    path: '/v1/hosts/{id}/history',
    operation: 'showHostHistory',
    summary: 'Everything that was recorded about a host',
    params: HostPath,
    stream: ({ id }) => hostStream(id),
    unknown: () => ({ _tag: 'HostNotEnrolled' }),
  }),
  history(api, {
    path: '/v1/key-providers/{id}/history',
    operation: 'showKeyProviderHistory',
    summary: 'Everything that was recorded about a key provider',
    params: ProviderPath,
    stream: ({ id }) => providerStream(id),
    unknown: () => ({ _tag: 'ProviderUnknown' }),
  }),
  history(api, {
    path: '/v1/keys/{id}/history',
    operation: 'showKeyHistory',
    summary: 'Everything that was recorded about a key',
    params: KeyPath,
    stream: ({ id }) => keyStream(id),
    unknown: () => ({ _tag: 'KeyUnknown' }),
  }),
  history(api, {
    path: '/v1/clusters/{id}/history',
    operation: 'showClusterHistory',
    summary: 'Everything that was recorded about a cluster; who joined it is in the histories of hosts',
    params: ClusterPath,
    stream: ({ id }) => clusterStream(id),
    unknown: ({ id }) => ({ _tag: 'ClusterUnknown', cluster: id }),
  }),
  history(api, {
    path: '/v1/inventories/{id}/history',
    operation: 'showInventoryHistory',
    summary: 'Everything that was recorded of what a management server said',
    params: InventoryPath,
    stream: ({ id }) => inventoryStream(id),
    unknown: ({ id }) => ({ _tag: 'InventoryUnknown', inventory: id }),
  }),
];
