import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { ClusterRows } from '../../projections/cluster-row.js';
import type { Api } from './api.js';
import type { ApiError } from './api-error.js';
import type { AsOfQuery } from './codecs/queries.js';
import { asOf, type Moment, moment } from './moment.js';

/** A view of all clusters and their members at the moment that is asked for, with that moment. */
export const clustersAt = <A extends object>(
  api: Api,
  query: AsOfQuery,
  view: (rows: ClusterRows, at: Moment) => E.Either<ApiError, A>,
): TE.TaskEither<ApiError, { readonly body: A & { readonly asOf: ReturnType<typeof asOf> } }> =>
  pipe(
    moment(api, query),
    TE.flatMapEither((at) =>
      pipe(
        api.reads.clusters.rowsAt(at.index),
        E.flatMap((rows) => view(rows, at)),
        E.map((found) => ({ body: { ...found, asOf: asOf(at) } })),
      ),
    ),
  );
