import { createHash, createHmac, hash as hashOnce } from 'node:crypto';
import type { Hashing } from '../../../domain/ports.js';
import type { HashAlgorithm } from '../../../domain/tpm/algorithms.js';

/** What OpenSSL calls each algorithm. */
export const DIGEST_NAMES: Readonly<Record<HashAlgorithm, string>> = {
  sha1: 'sha1',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  sm3_256: 'sm3',
};

/** A Buffer is a Uint8Array with other ideas of `slice` and of what it equals: the domain gets none. */
const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);

export const nodeHashing: Hashing = {
  hash: (algorithm, ...parts) => {
    const [only] = parts;
    // The one-shot function takes half the time of a Hash object for the short inputs of a boot log.
    if (only !== undefined && parts.length === 1) return plain(hashOnce(DIGEST_NAMES[algorithm], only, 'buffer'));
    const state = createHash(DIGEST_NAMES[algorithm]);
    for (const part of parts) state.update(part);
    return plain(state.digest());
  },
  hmac: (algorithm, key, ...parts) => {
    const state = createHmac(DIGEST_NAMES[algorithm], key);
    for (const part of parts) state.update(part);
    return plain(state.digest());
  },
};
