import { constants, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto';
import type { PublicKey, SignatureScheme, Signatures } from '../../../domain/ports.js';
import { DIGEST_SIZES, type HashAlgorithm } from '../../../domain/tpm/algorithms.js';
import { DIGEST_NAMES } from './hashing.js';
import { keyObjectOf } from './key-object.js';

/** The largest salt that fits (RFC 8017, 9.1.1): what a TPM before revision 1.38 uses. */
const largestSalt = (modulus: Uint8Array, hash: HashAlgorithm): number => modulus.length - DIGEST_SIZES[hash] - 2;

const readings = (
  key: PublicKey,
  object: KeyObject,
  scheme: SignatureScheme,
  hash: HashAlgorithm,
): ReadonlyArray<VerifyKeyObjectInput> => {
  if (key.kty === 'ecc') return scheme === 'ecdsa' ? [{ key: object, dsaEncoding: 'ieee-p1363' }] : [];
  switch (scheme) {
    case 'rsassa':
      return [{ key: object, padding: constants.RSA_PKCS1_PADDING }];
    case 'rsapss':
      return [DIGEST_SIZES[hash], largestSalt(key.modulus, hash)].map((saltLength) => ({
        key: object,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength,
      }));
    case 'ecdsa':
      return [];
  }
};

export const nodeSignatures: Signatures = {
  verify: (key, scheme, hash, message, signature) => {
    const object = keyObjectOf(key);
    if (object === undefined) return false;
    try {
      return readings(key, object, scheme, hash).some((reading) =>
        verify(DIGEST_NAMES[hash], message, reading, signature),
      );
    } catch {
      // The platform throws where key, salt and digest can't go together: then it is no signature either.
      return false;
    }
  },
};
