import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AccessRow } from '../../projections/access-row.js';
import type { Api } from './api.js';
import type { ApiError } from './api-error.js';
import { type Moment, moment } from './moment.js';

type OfKind<K extends AccessRow['kind']> = Extract<AccessRow, { readonly kind: K }>;

/** What is bound to operators, of one kind, as of the moment that is asked for. */
export const identitiesAt = <K extends AccessRow['kind']>(
  api: Api,
  asked: Parameters<typeof moment>[1],
  kind: K,
): TE.TaskEither<ApiError, { readonly at: Moment; readonly rows: ReadonlyArray<OfKind<K>> }> =>
  pipe(
    moment(api, asked),
    TE.flatMapEither((at) =>
      pipe(
        api.reads.identities.rowsAt(at.index),
        E.map((rows) => ({ at, rows: [...rows.values()].filter((row): row is OfKind<K> => row.kind === kind) })),
      ),
    ),
  );
