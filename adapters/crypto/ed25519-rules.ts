import { fromHex, toHex } from '../../domain/encoding/bytes.js';

/** Little endian: the group's order L and the field's prime 2^255 - 19 (RFC 8032, 5.1). */
const ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');
const PRIME = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');

/** The y coordinates of all points whose order divides 8; a signature by one says nothing about a message. */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

export const KEY_SIZE = 32;
export const SIGNATURE_SIZE = 64;

const isBelow = (number: Uint8Array, limit: Uint8Array): boolean => {
  for (let i = limit.length - 1; i >= 0; i--) {
    const difference = (number[i] ?? 0) - (limit[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
};

const isSoundKey = (publicKey: Uint8Array): boolean => {
  if (publicKey.length !== KEY_SIZE) return false;
  const y = Uint8Array.from(publicKey);
  y[KEY_SIZE - 1] = (y[KEY_SIZE - 1] ?? 0) & 0x7f;
  return isBelow(y, PRIME) && !SMALL_ORDER.has(toHex(y));
};

/** What RFC 8032 leaves open and engines decide differently: the same answer whichever engine stands behind it. */
export const isSoundSignature = (publicKey: Uint8Array, signature: Uint8Array): boolean =>
  signature.length === SIGNATURE_SIZE && isSoundKey(publicKey) && isBelow(signature.subarray(KEY_SIZE), ORDER);
