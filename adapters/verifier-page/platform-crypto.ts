import { mgf1, PKCS1_SHA1, PKCS1_SHA256, PKCS1_SHA384, PKCS1_SHA512, PSS } from 'micro-rsa-dsa-dh/rsa.js';
import { isNoble, NOBLE } from './platform-hash.js';
import type { PlatformKey } from './platform-keys.js';

/**
 * What stands in for `node:crypto` where the page is built: the checks of certificates and quotes are the same code, and only
 * what is below them is not the platform's.
 */
export { createHash, createHmac, hash } from './platform-hash.js';
export { createPublicKey } from './platform-keys.js';

export const constants = { RSA_PKCS1_PADDING: 1, RSA_PKCS1_PSS_PADDING: 6 } as const;

const PKCS1 = { sha1: PKCS1_SHA1, sha256: PKCS1_SHA256, sha384: PKCS1_SHA384, sha512: PKCS1_SHA512 } as const;

interface Reading {
  readonly key: PlatformKey;
  readonly padding?: number;
  readonly saltLength?: number;
  readonly dsaEncoding?: 'der' | 'ieee-p1363';
}

/** Throws for an algorithm that is not known here, as the platform does; its callers take that for no. */
export const verify = (
  name: string,
  message: Uint8Array,
  { key, padding, saltLength, dsaEncoding }: Reading,
  signature: Uint8Array,
): boolean => {
  if (!isNoble(name)) throw new Error(`no signatures with ${name}`);
  const digest = NOBLE[name];
  if (key.kty === 'EC') {
    const format = dsaEncoding === 'der' ? 'der' : 'compact';
    return key.curve.verify(signature, digest(message), key.point, { prehash: false, lowS: false, format });
  }
  if (signature.length !== key.size) return false;
  const { n, e } = key;
  return padding === constants.RSA_PKCS1_PSS_PADDING
    ? PSS(digest, mgf1(digest), saltLength ?? 0).verify({ n, e }, message, signature)
    : PKCS1[name].verify({ n, e }, message, signature);
};
