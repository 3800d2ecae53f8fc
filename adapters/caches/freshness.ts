import * as E from 'fp-ts/lib/Either.js';
import type * as T from 'fp-ts/lib/Task.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';

/** How old what the read models show may be. */
export interface Freshness {
  /** Milliseconds since the moment whose whole ledger they are known to show; Infinity: there was none yet. */
  readonly age: T.Task<number>;
}

/**
 * `settled` is right once they show everything that the ledger held when it was called. `now` is a clock that never goes back, in
 * milliseconds.
 */
export const createFreshness = (settled: TE.TaskEither<unknown, unknown>, now: () => number): Freshness => {
  let whole = Number.NEGATIVE_INFINITY;
  return {
    age: async () => {
      const began = now();
      const outcome = await settled();
      if (E.isRight(outcome)) whole = Math.max(whole, began);
      return now() - whole;
    },
  };
};
