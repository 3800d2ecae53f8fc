import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { EventStore } from '../../domain/ports.js';
import type { ProjectionStore } from '../projection-store/open-projection-store.js';
import type { ApiError } from './api-error.js';

const MOST_MS = 5_000;

const withinBounds = (index: number, work: TE.TaskEither<ApiError, void>): TE.TaskEither<ApiError, void> => {
  const late = new Promise<ApiError>((resolve) => {
    setTimeout(() => resolve({ _tag: 'ReadModelBehind', index }), MOST_MS).unref();
  });
  return pipe(
    TE.fromTask(() => Promise.race([work(), late.then((error) => TE.left(error)())])),
    TE.flatMapEither((outcome) => outcome),
  );
};

/** Waits until reads show what the ledger holds at the time of the call, at most five seconds. */
export const settledBy = (
  { store }: { readonly store: EventStore },
  reads: ProjectionStore,
): TE.TaskEither<ApiError, void> =>
  pipe(
    store.size(),
    TE.flatMap((size): TE.TaskEither<ApiError, void> => {
      const index = size - 1;
      return index <= reads.index() ? TE.right(undefined) : withinBounds(index, reads.waitFor(index));
    }),
  );
