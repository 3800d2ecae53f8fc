/** Hash algorithms by the names that evidence files and policies use. */
export type HashAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'sm3_256';

/** TPM_ALG_ID of each (TCG Algorithm Registry, table 3). */
export const ALGORITHM_IDS: Readonly<Record<HashAlgorithm, number>> = {
  sha1: 0x0004,
  sha256: 0x000b,
  sha384: 0x000c,
  sha512: 0x000d,
  sm3_256: 0x0012,
};

export const DIGEST_SIZES: Readonly<Record<HashAlgorithm, number>> = {
  sha1: 20,
  sha256: 32,
  sha384: 48,
  sha512: 64,
  sm3_256: 32,
};

export const HASH_ALGORITHMS = Object.keys(ALGORITHM_IDS) as ReadonlyArray<HashAlgorithm>;

const BY_ID: ReadonlyMap<number, HashAlgorithm> = new Map(HASH_ALGORITHMS.map((name) => [ALGORITHM_IDS[name], name]));

export const hashAlgorithmOf = (id: number): HashAlgorithm | undefined => BY_ID.get(id);
