/** `rate` requests a second in the long run, `burst` at once. */
export interface Allowance {
  readonly rate: number;
  readonly burst: number;
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** Token buckets by key. At most `most` are remembered; the one unused longest is forgotten first. */
export interface Buckets {
  /** Seconds to wait; 0: one token was taken. */
  readonly take: (key: string, at: number) => number;
  /** Seconds to wait, without taking. */
  readonly peek: (key: string, at: number) => number;
  readonly size: () => number;
}

/** Times are milliseconds of a clock that never goes back. */
export const makeBuckets = (allowance: Allowance, most: number): Buckets => {
  const buckets = new Map<string, Bucket>();
  const tokensOf = (key: string, at: number): number => {
    const bucket = buckets.get(key);
    if (bucket === undefined) return allowance.burst;
    return Math.min(allowance.burst, bucket.tokens + ((at - bucket.at) / 1000) * allowance.rate);
  };
  const waitFor = (tokens: number): number => (tokens >= 1 ? 0 : Math.max(0.001, (1 - tokens) / allowance.rate));
  const remember = (key: string, bucket: Bucket): void => {
    buckets.delete(key);
    buckets.set(key, bucket);
    const oldest = buckets.size > most ? buckets.keys().next().value : undefined;
    if (oldest !== undefined) buckets.delete(oldest);
  };
  return {
    take: (key, at) => {
      const tokens = tokensOf(key, at);
      if (tokens >= 1) remember(key, { tokens: tokens - 1, at });
      return waitFor(tokens);
    },
    peek: (key, at) => waitFor(tokensOf(key, at)),
    size: () => buckets.size,
  };
};
