import type { StreamId } from '../../domain/ledger/envelope.js';
import type { CachedState, StateCache } from '../../domain/ledger/state-cache.js';

/** Keeps the `capacity` streams that were used last. */
export const createStateCache = <State>(capacity: number): StateCache<State> => {
  const kept = new Map<StreamId, CachedState<State>>();
  const keep = (stream: StreamId, cached: CachedState<State>): void => {
    kept.delete(stream);
    kept.set(stream, cached);
  };
  return {
    get: (stream) => {
      const cached = kept.get(stream);
      if (cached !== undefined) keep(stream, cached);
      return cached;
    },
    set: (stream, cached) => {
      keep(stream, cached);
      const oldest = kept.size > capacity ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
    },
    drop: (stream) => void kept.delete(stream),
  };
};
