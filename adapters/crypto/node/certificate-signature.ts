import { constants, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { toHex } from '../../../domain/encoding/bytes.js';
import type { Certificate, PublicKey } from '../../../domain/ports.js';
import { DIGEST_SIZES, type HashAlgorithm } from '../../../domain/tpm/algorithms.js';
import {
  Asn1Error,
  childrenOf,
  contentOf,
  contextOf,
  countOf,
  type Element,
  read,
  TAGS,
  tagOf,
  wholeOf,
} from './asn1.js';
import { signedPartsOf } from './certificate.js';
import { DIGEST_NAMES } from './hashing.js';
import { keyObjectOf } from './key-object.js';

interface SignatureAlgorithm {
  readonly kty: PublicKey['kty'];
  readonly hash: HashAlgorithm;
  /** Undefined: PKCS #1 version 1.5, or ECDSA. */
  readonly saltLength: number | undefined;
}

const PSS = '1.2.840.113549.1.1.10';
const MGF1 = '1.2.840.113549.1.1.8';
const PLAIN: Readonly<Record<string, readonly [PublicKey['kty'], HashAlgorithm]>> = {
  '1.2.840.113549.1.1.5': ['rsa', 'sha1'],
  '1.2.840.113549.1.1.11': ['rsa', 'sha256'],
  '1.2.840.113549.1.1.12': ['rsa', 'sha384'],
  '1.2.840.113549.1.1.13': ['rsa', 'sha512'],
  '1.2.840.10045.4.1': ['ecc', 'sha1'],
  '1.2.840.10045.4.3.2': ['ecc', 'sha256'],
  '1.2.840.10045.4.3.3': ['ecc', 'sha384'],
  '1.2.840.10045.4.3.4': ['ecc', 'sha512'],
};
const HASHES: Readonly<Record<string, HashAlgorithm>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

const nameOf = (algorithm: Element | undefined): string => read(algorithm, AlgorithmIdentifier, 'algorithm').algorithm;
const hashOf = (algorithm: Element | undefined): HashAlgorithm | undefined => HASHES[nameOf(algorithm)];

const saltLengthOf = (salt: Element): number => {
  const content = contentOf(salt);
  const isNegative = ((content[0] ?? 0) & 0x80) !== 0;
  if (tagOf(salt) !== TAGS.integer || isNegative) throw new Asn1Error('salt length must be a number from 0 on');
  return countOf(`0x${toHex(content)}`, 'salt length');
};

/** RSASSA-PSS-params (RFC 4055, 3.1). Its defaults are SHA-1's: who means them may not sign with less said. */
const pssOf = (parameters: Element | undefined): SignatureAlgorithm | undefined => {
  const fields = parameters === undefined ? [] : childrenOf(parameters);
  const field = (context: number): Element | undefined => {
    const found = fields.find((element) => contextOf(element) === context);
    return found === undefined ? undefined : childrenOf(found)[0];
  };
  const [hash, mask, salt] = [field(0), field(1), field(2)];
  if (hash === undefined || mask === undefined || nameOf(mask) !== MGF1) return undefined;
  const digest = hashOf(hash);
  if (digest === undefined || hashOf(childrenOf(mask)[1]) !== digest) return undefined;
  return { kty: 'rsa', hash: digest, saltLength: salt === undefined ? DIGEST_SIZES.sha1 : saltLengthOf(salt) };
};

const algorithmOf = (algorithm: Element): SignatureAlgorithm | undefined => {
  const name = nameOf(algorithm);
  if (name === PSS) return pssOf(childrenOf(algorithm)[1]);
  const plain = PLAIN[name];
  return plain === undefined ? undefined : { kty: plain[0], hash: plain[1], saltLength: undefined };
};

const readingOf = (key: KeyObject, { kty, saltLength }: SignatureAlgorithm): VerifyKeyObjectInput => {
  if (kty === 'ecc') return { key, dsaEncoding: 'der' };
  return saltLength === undefined
    ? { key, padding: constants.RSA_PKCS1_PADDING }
    : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
};

const verifyParts = (certificate: Certificate, key: PublicKey, allowSha1: boolean): boolean => {
  const { tbs, algorithm, signature } = signedPartsOf(certificate.der);
  const made = algorithmOf(algorithm);
  if (made?.kty !== key.kty || (made.hash === 'sha1' && !allowSha1)) return false;
  const object = keyObjectOf(key);
  return object !== undefined && verify(DIGEST_NAMES[made.hash], wholeOf(tbs), readingOf(object, made), signature);
};

/** Over the signed bytes as they came, never over bytes encoded anew. False for what can't be checked. */
export const isCertificateSignedBy = (certificate: Certificate, issuer: Certificate, allowSha1: boolean): boolean => {
  try {
    return issuer.publicKey !== undefined && verifyParts(certificate, issuer.publicKey, allowSha1);
  } catch {
    return false;
  }
};
