import type { Memo } from '../../domain/appraisal/appraiser.js';

/** Keeps the `capacity` values that were used last. */
export const createMemo = <V>(capacity: number): Memo<V> => {
  const kept = new Map<string, V>();
  const keep = (key: string, value: V): void => {
    kept.delete(key);
    kept.set(key, value);
  };
  return {
    get: (key) => {
      const value = kept.get(key);
      if (value !== undefined) keep(key, value);
      return value;
    },
    set: (key, value) => {
      keep(key, value);
      const oldest = kept.size > capacity ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
    },
  };
};
