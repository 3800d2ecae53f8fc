import { CURVES } from './curves.js';
import type { TpmPublic } from './public-area.js';
import type { AsymmetricScheme } from './schemes.js';

/** Bits of TPMA_OBJECT (TPM 2.0 Part 2, 8.3). */
export const OBJECT_ATTRIBUTES = {
  fixedTPM: 1 << 1,
  stClear: 1 << 2,
  fixedParent: 1 << 4,
  sensitiveDataOrigin: 1 << 5,
  userWithAuth: 1 << 6,
  adminWithPolicy: 1 << 7,
  noDA: 1 << 10,
  encryptedDuplication: 1 << 11,
  restricted: 1 << 16,
  decrypt: 1 << 17,
  sign: 1 << 18,
} as const;
export type ObjectAttribute = keyof typeof OBJECT_ATTRIBUTES;

/** A reason why a key can't be used as what it is presented as. */
export type KeyFault =
  | { readonly _tag: 'AttributeMissing'; readonly attribute: ObjectAttribute }
  | { readonly _tag: 'AttributeForbidden'; readonly attribute: ObjectAttribute }
  | { readonly _tag: 'NameAlgorithmTooWeak'; readonly nameAlg: string }
  | { readonly _tag: 'KeyTooShort'; readonly bits: number }
  | { readonly _tag: 'ExponentTooSmall'; readonly exponent: number }
  | { readonly _tag: 'SchemeUnfit'; readonly scheme: AsymmetricScheme['scheme'] };
export type AkFault = KeyFault;

const SMALLEST_RSA_BITS = 2048;
const SMALLEST_EXPONENT = 65537;
const SIGNING_SCHEMES: ReadonlyArray<string> = ['rsassa', 'rsapss', 'ecdsa'];

export const hasAttribute = (pub: TpmPublic, attribute: ObjectAttribute): boolean =>
  (pub.attributes & OBJECT_ATTRIBUTES[attribute]) !== 0;

export const attributeFaults = (
  pub: TpmPublic,
  required: ReadonlyArray<ObjectAttribute>,
  forbidden: ReadonlyArray<ObjectAttribute>,
): ReadonlyArray<KeyFault> => [
  ...required
    .filter((attribute) => !hasAttribute(pub, attribute))
    .map((attribute): KeyFault => ({ _tag: 'AttributeMissing', attribute })),
  ...forbidden
    .filter((attribute) => hasAttribute(pub, attribute))
    .map((attribute): KeyFault => ({ _tag: 'AttributeForbidden', attribute })),
];

export const keyBitsOf = ({ key }: TpmPublic): number =>
  key.kty === 'rsa' ? key.modulus.length * 8 : key.curve === 'P-521' ? 521 : CURVES[key.curve].size * 8;

export const strengthFaults = (pub: TpmPublic): ReadonlyArray<KeyFault> => {
  const faults: Array<KeyFault> = [];
  if (pub.nameAlg === 'sha1') faults.push({ _tag: 'NameAlgorithmTooWeak', nameAlg: pub.nameAlg });
  if (pub.key.kty === 'ecc') return faults;
  if (keyBitsOf(pub) < SMALLEST_RSA_BITS) faults.push({ _tag: 'KeyTooShort', bits: keyBitsOf(pub) });
  if (pub.key.exponent < SMALLEST_EXPONENT) faults.push({ _tag: 'ExponentTooSmall', exponent: pub.key.exponent });
  return faults;
};

/**
 * Why this is no attestation key. A signing key that isn't restricted signs anything, a forged TPMS_ATTEST too; one that
 * isn't fixed or wasn't made by the TPM may exist elsewhere (Part 1, 31.2). All faults, not the first.
 */
export const attestationKeyFaults = (pub: TpmPublic): ReadonlyArray<AkFault> => [
  ...attributeFaults(pub, ['fixedTPM', 'fixedParent', 'sensitiveDataOrigin', 'restricted', 'sign'], ['decrypt']),
  ...strengthFaults(pub),
  ...(SIGNING_SCHEMES.includes(pub.scheme.scheme) ? [] : [{ _tag: 'SchemeUnfit', scheme: pub.scheme.scheme } as const]),
];
