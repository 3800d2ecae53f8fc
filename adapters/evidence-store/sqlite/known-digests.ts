const MOST = 20_000;

/** Digests of blobs that are durable: the ones used last. A fleet's boot logs repeat, so most blobs need no look at the disk. */
export interface KnownDigests {
  readonly has: (sha256: string) => boolean;
  readonly add: (sha256: string) => void;
}

export const createKnownDigests = (): KnownDigests => {
  const known = new Set<string>();
  const add = (sha256: string): void => {
    known.delete(sha256);
    known.add(sha256);
    const oldest = known.size > MOST ? known.values().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
  };
  return {
    has: (sha256) => {
      if (!known.has(sha256)) return false;
      add(sha256);
      return true;
    },
    add,
  };
};
