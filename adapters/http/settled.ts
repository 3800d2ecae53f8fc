import * as E from 'fp-ts/lib/Either.js';
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

/** The index was answered by another node: it comes here as well. */
const arrived = (store: EventStore, index: number): TE.TaskEither<ApiError, void> =>
  TE.fromTask(
    () =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          stop();
          resolve();
        };
        const timer = setTimeout(done, MOST_MS);
        const stop = store.onAppended((size) => (size > index ? done() : undefined));
        void store
          .size()()
          .then((size) => (E.isRight(size) && size.right > index ? done() : undefined));
      }),
  );

/** Waits until reads show an index, whichever node it was answered by, at most five seconds. */
export const settledAt =
  ({ store }: { readonly store: EventStore }, reads: ProjectionStore) =>
  (index: number): TE.TaskEither<ApiError, void> =>
    index <= reads.index()
      ? TE.right(undefined)
      : pipe(
          arrived(store, index),
          TE.flatMap(() => withinBounds(index, reads.waitFor(index))),
          TE.mapLeft((): ApiError => ({ _tag: 'ReadModelBehind', index })),
        );

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
