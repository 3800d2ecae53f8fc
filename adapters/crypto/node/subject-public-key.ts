import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { AsnIntegerArrayBufferConverter, AsnProp, AsnPropTypes, BitString } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import type { EccCurve, PublicKey } from '../../../domain/ports.js';
import { fromBase64Url } from '../base64url.js';
import { Asn1Error, checkUniversal, childrenOf, countOf, decode, type Element, read, wholeOf } from './asn1.js';

/** RSA keys under the names of PKCS #1: EK certificates of some makers say RSAES-OAEP or RSASSA-PSS. */
const RSA: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.7', '1.2.840.113549.1.1.10']);
const ECC = '1.2.840.10045.2.1';
const CURVES: ReadonlyArray<EccCurve> = ['P-256', 'P-384', 'P-521'];
const OID_TAG = 0x06;
const LARGEST_MODULUS = 1024;

/** A BIT STRING that ends at a byte's end. */
export const bytesOf = (bits: Element | undefined, field: string): Uint8Array => {
  const { value, unusedBits } = read(bits, BitString, field);
  if (unusedBits !== 0) throw new Asn1Error(`${field} must be whole bytes`);
  return new Uint8Array(value);
};

/** RSAPublicKey (RFC 8017, A.1.1). Not the platform's: it knows no key by the name RSAES-OAEP. */
class RsaPublicKey {
  modulus = new ArrayBuffer(0);
  publicExponent: string | number = 0;
}
AsnProp({ type: AsnPropTypes.Integer, converter: AsnIntegerArrayBufferConverter })(RsaPublicKey.prototype, 'modulus');
AsnProp({ type: AsnPropTypes.Integer })(RsaPublicKey.prototype, 'publicExponent');

const rsaKey = (bits: Uint8Array): PublicKey | undefined => {
  const key = decode(bits, 'RSA public key');
  checkUniversal(key, 'RSA public key');
  const { modulus: number, publicExponent } = read(key, RsaPublicKey, 'RSA public key');
  const content = new Uint8Array(number);
  const modulus = content[0] === 0 ? content.subarray(1) : content;
  const isSound = modulus.length > 0 && modulus.length <= LARGEST_MODULUS;
  return isSound ? { kty: 'rsa', modulus, exponent: countOf(publicExponent, 'public exponent') } : undefined;
};

/** Undefined for what the platform can't load as a point, or has no name for. Any bytes do, whatever its types say. */
const loadPoint = (spki: Uint8Array): JsonWebKey | undefined => {
  try {
    return createPublicKey({ key: spki as Buffer, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  } catch {
    return undefined;
  }
};

/** Only on a curve by its name: parameters written out can be almost those of a known curve. */
const eccKey = (spki: Element, parameters: ArrayBuffer | null | undefined): PublicKey | undefined => {
  if (new Uint8Array(parameters ?? [])[0] !== OID_TAG) return undefined;
  const jwk = loadPoint(wholeOf(spki));
  const curve = CURVES.find((known) => known === jwk?.crv);
  return curve === undefined
    ? undefined
    : { kty: 'ecc', curve, x: fromBase64Url(jwk?.x ?? ''), y: fromBase64Url(jwk?.y ?? '') };
};

/**
 * Undefined for a key of another kind than TPMs and their CAs have, and for numbers that are no key. Throws Asn1Error
 * for what is no SubjectPublicKeyInfo.
 */
export const publicKeyOf = (spki: Element): PublicKey | undefined => {
  const [algorithm, key] = childrenOf(spki);
  const { algorithm: name, parameters } = read(algorithm, AlgorithmIdentifier, 'public key algorithm');
  const bits = bytesOf(key, 'subjectPublicKey');
  if (RSA.has(name)) return rsaKey(bits);
  return name === ECC ? eccKey(spki, parameters) : undefined;
};
