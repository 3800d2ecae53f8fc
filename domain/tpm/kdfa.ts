import { concat, utf8 } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import { DIGEST_SIZES, type HashAlgorithm } from './algorithms.js';
import { u32 } from './big-endian.js';

/** Counter mode of SP 800-108 with HMAC (TPM 2.0 Part 1, 11.4.10.2). The label's closing zero is a part of it. */
export const kdfa = (
  hashing: Hashing,
  hash: HashAlgorithm,
  key: Uint8Array,
  label: string,
  contextU: Uint8Array,
  contextV: Uint8Array,
  bits: number,
): Uint8Array => {
  const size = bits / 8;
  const blocks = Array.from({ length: Math.ceil(size / DIGEST_SIZES[hash]) }, (_, i) =>
    hashing.hmac(hash, key, u32(i + 1), utf8(`${label}\0`), contextU, contextV, u32(bits)),
  );
  return concat(...blocks).subarray(0, size);
};
