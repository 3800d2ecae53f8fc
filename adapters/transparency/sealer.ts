import * as E from 'fp-ts/lib/Either.js';
import type { EventStore } from '../../domain/ports.js';
import { isPassing, type LogEngines, type LogFault, type LogState } from '../../domain/transparency/log-state.js';
import { resume } from '../../domain/transparency/resume.js';
import { seal } from '../../domain/transparency/seal.js';

export interface SealerOptions {
  readonly engines: LogEngines & { readonly store: Pick<EventStore, 'readAll' | 'size' | 'onAppended'> };
  /** An append waits at most this long until sealing begins. */
  readonly sealAfterMillis: number;
  /** So many unsealed entries don't wait. */
  readonly sealEvery: number;
  readonly retryAfterMillis: number;
  readonly onSigned: (state: LogState) => void;
  readonly onFault: (fault: LogFault) => void;
}

export interface Sealer {
  readonly state: () => LogState;
  /** Why this log signs nothing any more; only a person can help. */
  readonly halted: () => LogFault | undefined;
  /** Seals what the store holds now, without waiting. */
  readonly sealNow: () => Promise<E.Either<LogFault, LogState>>;
  /** Ends when no sealing is under way; nothing is sealed afterwards. */
  readonly stop: () => Promise<void>;
}

/** The one sealer of a log: works one after another, and nothing more once there is danger of a fork. */
export const startSealer = (options: SealerOptions, initial: LogState): Sealer => {
  const { engines, sealAfterMillis, sealEvery, retryAfterMillis } = options;
  let state = initial;
  let halted: LogFault | undefined;
  let unsure = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let known = initial.edge.size;

  const settle = (result: E.Either<LogFault, LogState>): E.Either<LogFault, LogState> => {
    unsure = E.isLeft(result);
    if (E.isLeft(result)) {
      if (!isPassing(result.left)) halted = result.left;
      options.onFault(result.left);
      return result;
    }
    const before = state;
    state = result.right;
    if (state.signed !== before.signed) options.onSigned(state);
    return result;
  };

  const once = async (): Promise<E.Either<LogFault, LogState>> => {
    if (halted !== undefined) return E.left(halted);
    // The record may hold what the failed attempt wrote: it is asked, not guessed.
    const from = unsure ? settle(await resume(engines)()) : E.right(state);
    return E.isLeft(from) ? from : settle(await seal(engines)(from.right)());
  };

  const inTurn = (): Promise<E.Either<LogFault, LogState>> => {
    const mine = last.then(once, once);
    last = mine.then(plan, plan);
    return mine;
  };

  const schedule = (millis: number): void => {
    if (timer !== undefined || stopped) return;
    timer = setTimeout(() => {
      timer = undefined;
      void inTurn();
    }, millis);
    timer.unref();
  };

  const plan = (): void => {
    if (stopped || halted !== undefined) return;
    if (unsure) schedule(retryAfterMillis);
    else if (known > state.edge.size) schedule(known - state.edge.size >= sealEvery ? 0 : sealAfterMillis);
  };

  const hear = (size: number): void => {
    known = Math.max(known, size);
    if (known - state.edge.size >= sealEvery && !unsure) {
      clearTimeout(timer);
      timer = undefined;
    }
    plan();
  };

  const forget = engines.store.onAppended(hear);
  return {
    state: () => state,
    halted: () => halted,
    sealNow: inTurn,
    stop: async () => {
      stopped = true;
      forget();
      clearTimeout(timer);
      await last;
    },
  };
};
