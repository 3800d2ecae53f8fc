import type { EccCurve, PublicKey } from '../../../domain/ports.js';
import { bitsOf, countOf, type Element, elementsOf, expectTag, oidOf, sequence, TAGS } from './der.js';

/** RSA keys under the names of PKCS #1: EK certificates of some makers say RSAES-OAEP or RSASSA-PSS. */
const RSA: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.7', '1.2.840.113549.1.1.10']);
const ECC = '1.2.840.10045.2.1';
const CURVES: Readonly<Record<string, { readonly curve: EccCurve; readonly size: number }>> = {
  '1.2.840.10045.3.1.7': { curve: 'P-256', size: 32 },
  '1.3.132.0.34': { curve: 'P-384', size: 48 },
  '1.3.132.0.35': { curve: 'P-521', size: 66 },
};
const UNCOMPRESSED = 0x04;
const LARGEST_MODULUS = 1024;

const rsaKey = (bits: Uint8Array): PublicKey | undefined => {
  const [n, e] = sequence(bits, 'RSA public key');
  const { content } = expectTag(n, TAGS.integer, 'modulus');
  const modulus = content[0] === 0 ? content.subarray(1) : content;
  const isSound = modulus.length > 0 && modulus.length <= LARGEST_MODULUS;
  return isSound ? { kty: 'rsa', modulus, exponent: countOf(e, 'public exponent') } : undefined;
};

const eccKey = (parameters: Element | undefined, point: Uint8Array): PublicKey | undefined => {
  const named = parameters?.tag === TAGS.oid ? CURVES[oidOf(parameters)] : undefined;
  if (named === undefined || point[0] !== UNCOMPRESSED || point.length !== 1 + 2 * named.size) return undefined;
  return {
    kty: 'ecc',
    curve: named.curve,
    x: point.subarray(1, 1 + named.size),
    y: point.subarray(1 + named.size),
  };
};

/** Undefined for a key of another kind than TPMs and their CAs have. Throws DerError for what is no SubjectPublicKeyInfo. */
export const publicKeyOf = (spki: Uint8Array): PublicKey | undefined => {
  const [algorithm, key] = sequence(spki, 'subjectPublicKeyInfo');
  const [oid, parameters] = elementsOf(expectTag(algorithm, TAGS.sequence, 'algorithm').content);
  const name = oidOf(oid);
  const bits = bitsOf(key, 'subjectPublicKey');
  if (RSA.has(name)) return rsaKey(bits);
  return name === ECC ? eccKey(parameters, bits) : undefined;
};
