import { hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;
const IV_BYTES = 12;

/**
 * HKDF-SHA256 (RFC 5869) of the seed. `header` binds the key to the encrypted seed and its IV, so that who changes
 * either, which neither CBC nor CTR would tell, gets another key and never a seed related to a known one.
 */
export const withSeedKey = <A>(
  seed: Uint8Array,
  header: Uint8Array,
  use: (key: Uint8Array, iv: Uint8Array) => A,
): A => {
  const bytes = new Uint8Array(hkdfSync('sha256', seed, new Uint8Array(0), header, KEY_BYTES + IV_BYTES));
  const result = use(bytes.subarray(0, KEY_BYTES), bytes.subarray(KEY_BYTES));
  bytes.fill(0);
  return result;
};
