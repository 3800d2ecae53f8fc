import { createHash, createHmac, hash as hashOnce } from 'node:crypto';
import { concat } from '../../../domain/encoding/bytes.js';
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

const fromLatin1 = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};

/** The platform gives a text of the digest's bytes in a third of the time of a buffer (Node 20: 0.4 us for 1.0). */
const hashOne = (algorithm: HashAlgorithm, bytes: Uint8Array): Uint8Array =>
  fromLatin1(hashOnce(DIGEST_NAMES[algorithm], bytes, 'binary'));

/** Up to here, copying parts into one is cheaper than a Hash object. */
const MOST_JOINED = 4096;

const hashMany = (algorithm: HashAlgorithm, parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  if (size <= MOST_JOINED) return hashOne(algorithm, concat(...parts));
  const state = createHash(DIGEST_NAMES[algorithm]);
  for (const part of parts) state.update(part);
  return plain(state.digest());
};

export const nodeHashing: Hashing = {
  hash: (algorithm, ...parts) => {
    const [only] = parts;
    return only !== undefined && parts.length === 1 ? hashOne(algorithm, only) : hashMany(algorithm, parts);
  },
  hmac: (algorithm, key, ...parts) => {
    const state = createHmac(DIGEST_NAMES[algorithm], key);
    for (const part of parts) state.update(part);
    return plain(state.digest());
  },
};
