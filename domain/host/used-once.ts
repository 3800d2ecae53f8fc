/** Digests used at about the same time, with the latest of their expiries. */
interface Group {
  readonly digests: ReadonlySet<string>;
  readonly until: string;
}

/**
 * Digests of challenges and activations that were used and have not expired. In groups, of which only the newest is copied
 * when one is added: a host that attests often has thousands of them.
 */
export type UsedOnce = ReadonlyArray<Group>;

const LARGEST_GROUP = 64;

export const noneUsed: UsedOnce = [];

export const isUsed = (used: UsedOnce, digest: string): boolean => used.some(({ digests }) => digests.has(digest));

/** Expired ones need no memory: their expiry alone refuses them. A group is forgotten when the last of it expired. */
export const withUsed = (used: UsedOnce, now: string, digest: string, expires: string): UsedOnce => {
  const newest = used.at(-1);
  if (newest === undefined || newest.digests.size >= LARGEST_GROUP)
    return [...used.filter(({ until }) => until >= now), { digests: new Set([digest]), until: expires }];
  const until = newest.until > expires ? newest.until : expires;
  return [...used.slice(0, -1), { digests: new Set([...newest.digests, digest]), until }];
};
