import { concat, toHex, utf8 } from '../encoding/bytes.js';
import type { Hashing, PublicKey } from '../ports.js';
import { u32 } from './big-endian.js';
import type { TpmPublic } from './public-area.js';

const DOMAIN = utf8('sekisho/public-key/v1\0');

const field = (value: Uint8Array): Uint8Array => concat(u32(value.length), value);

const withoutLeadingZeros = (number: Uint8Array): Uint8Array => {
  const first = number.findIndex((byte) => byte !== 0);
  return first < 0 ? new Uint8Array() : number.subarray(first);
};

/**
 * SHA-256 (hex) over the key's numbers alone: the same for a certificate, a PEM file and a TPM2B_PUBLIC of one key,
 * whatever else those say.
 */
export const publicKeyDigest = (hashing: Hashing, key: PublicKey): string => {
  const parts =
    key.kty === 'rsa'
      ? [utf8('rsa'), u32(key.exponent), withoutLeadingZeros(key.modulus)]
      : [utf8('ecc'), utf8(key.curve), withoutLeadingZeros(key.x), withoutLeadingZeros(key.y)];
  return toHex(hashing.hash('sha256', DOMAIN, ...parts.map(field)));
};

/** The name of an endorsement key's stream. Of key material only: a TPM must not be two by another policy or template. */
export const endorsementKeyDigest = (hashing: Hashing, ek: TpmPublic): string => publicKeyDigest(hashing, ek.key);
