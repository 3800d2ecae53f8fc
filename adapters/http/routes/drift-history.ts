import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { StoreError } from '../../../domain/ports.js';
import { clusterKey, driftKey } from '../../../projections/cluster-row.js';
import type { DriftRow } from '../../../projections/drift-row.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { DriftHistoryAnswer } from '../codecs/cluster-services.js';
import { ClusterPath, ClusterQuery } from '../codecs/clusters.js';
import { limitOf } from '../codecs/queries.js';
import { asOf, type Moment, moment } from '../moment.js';
import { NoBody, type Route, route } from '../route.js';

interface Page {
  readonly transitions: DriftHistoryAnswer['transitions'];
  readonly nextCursor: number | null;
}

const transitionsOf = ({ cause, hosts }: DriftRow): Page['transitions'] => hosts.map((host) => ({ ...host, cause }));

/** One version after the other: one event may have changed every host of a large cluster, so a number of them bounds nothing. */
const pageBelow = (api: Api, cluster: string, before: number, limit: number): E.Either<StoreError, Page> => {
  const newest = (below: number) =>
    pipe(
      api.reads.clusters.history(driftKey(cluster), below, 1),
      E.map(([span]) => (span?.row?.kind === 'drift' ? { row: span.row, from: span.from } : undefined)),
    );
  const transitions: Array<Page['transitions'][number]> = [];
  let found = newest(before);
  while (E.isRight(found) && found.right !== undefined && transitions.length < limit) {
    transitions.push(...transitionsOf(found.right.row));
    found = newest(found.right.from);
  }
  return pipe(
    found,
    E.map((next) => ({ transitions, nextCursor: next === undefined ? null : next.from + 1 })),
  );
};

const read = (
  api: Api,
  at: Moment,
  cluster: string,
  query: typeof ClusterQuery._A,
): E.Either<ApiError, { readonly body: DriftHistoryAnswer }> =>
  pipe(
    api.reads.clusters.rowAt(clusterKey(cluster), at.index),
    E.flatMap((row): E.Either<ApiError, Page> => {
      const before = Math.min(query.cursor ?? at.index + 1, at.index + 1);
      return row === undefined
        ? E.left({ _tag: 'ClusterUnknown', cluster })
        : pageBelow(api, cluster, before, limitOf(query));
    }),
    E.map((page) => ({ body: { asOf: asOf(at), cluster, ...page } })),
  );

/** From the ledger's events alone: folded anew, it says the same. */
export const driftHistory = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/clusters/{id}/drift/history',
    operation: 'showDriftHistory',
    summary:
      'Each change of how what a host applies stands to what it shall apply, newest first, with the event that made it; now or as of an index or a time. `cursor` is an index to go on below. A page holds whole events, so it may hold more than `limit`.',
    params: ClusterPath,
    query: ClusterQuery,
    body: NoBody,
    answer: DriftHistoryAnswer,
    handle: ({ params, query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) => read(api, at, params.id, query)),
      ),
  });
