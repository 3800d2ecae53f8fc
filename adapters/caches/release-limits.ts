import type { ReleaseLimits } from '../../domain/key-service-deps.js';
import { type Allowance, makeBuckets } from './token-bucket.js';

const MOST_HOSTS = 20_000;
/** A host boots many machines at once, and then none for hours. */
export const DEFAULT_RELEASE_ALLOWANCE: Allowance = { rate: 20, burst: 200 };
const OBSERVE: Allowance = { rate: 0.2, burst: 1 };

/** `now` is a clock that never goes back, in milliseconds. */
export const createReleaseLimits = (allowance: Allowance, now: () => number): ReleaseLimits => {
  const hosts = makeBuckets(allowance, MOST_HOSTS);
  const providers = makeBuckets(OBSERVE, MOST_HOSTS);
  const unrecorded = new Map<string, number>();
  return {
    take: (host) => hosts.take(host, now()) === 0,
    mayObserve: (provider) => providers.take(provider, now()) === 0,
    unrecorded: {
      count: (host) => {
        if (unrecorded.size < MOST_HOSTS || unrecorded.has(host)) unrecorded.set(host, (unrecorded.get(host) ?? 0) + 1);
      },
      of: (host) => unrecorded.get(host) ?? 0,
      clear: (host) => void unrecorded.delete(host),
    },
  };
};
