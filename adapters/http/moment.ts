import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { instantOf, millisOf } from '../../domain/encoding/instant.js';
import type { ReadApi } from './api.js';
import type { ApiError } from './api-error.js';

/** A point of the ledger's history that a read is true at. */
export interface Moment {
  /** The last entry that counts; -1: none yet. */
  readonly index: number;
  /** When that entry was recorded. */
  readonly time: string | null;
  /** By when freshness is judged: the time asked for, else now. */
  readonly judgedAt: string;
}

interface Asked {
  readonly index?: number | undefined;
  readonly at?: string | undefined;
}

const momentOf = ({ reads, deps }: ReadApi, { index, at }: Asked): E.Either<ApiError, Moment> => {
  const size = reads.index() + 1;
  if (index !== undefined && index >= size) return E.left({ _tag: 'IndexUnknown', index, size });
  const last = at === undefined ? (index ?? size - 1) : reads.indexAt(millisOf(at));
  const millis = last < 0 ? undefined : reads.timeOf(last);
  const time = millis === undefined ? null : instantOf(millis);
  return E.right({
    index: last,
    time,
    judgedAt: at ?? (index === undefined ? deps.clock.now() : (time ?? deps.clock.now())),
  });
};

/** The moment a read asks for, once the views show everything that was recorded before it was asked. */
export const moment = (api: ReadApi, asked: Asked): TE.TaskEither<ApiError, Moment> =>
  pipe(
    api.settled,
    TE.flatMapEither(() => momentOf(api, asked)),
  );

export const asOf = ({ index, time }: Moment): { readonly index: number; readonly time: string | null } => ({
  index,
  time,
});
