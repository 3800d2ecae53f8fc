import { concat, utf8 } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import { DIGEST_SIZES, type HashAlgorithm } from './algorithms.js';
import { u32 } from './big-endian.js';

/** The concatenation KDF of SP 800-56A (TPM 2.0 Part 1, 11.4.10.3). `z` is the shared point's x coordinate. */
export const kdfe = (
  hashing: Hashing,
  hash: HashAlgorithm,
  z: Uint8Array,
  label: string,
  partyU: Uint8Array,
  partyV: Uint8Array,
  bits: number,
): Uint8Array => {
  const size = bits / 8;
  const blocks = Array.from({ length: Math.ceil(size / DIGEST_SIZES[hash]) }, (_, i) =>
    hashing.hash(hash, u32(i + 1), z, utf8(`${label}\0`), partyU, partyV),
  );
  return concat(...blocks).subarray(0, size);
};
