import { equalBytes, toHex } from '../../../domain/encoding/bytes.js';
import { isInstant } from '../../../domain/encoding/instant.js';
import type { Certificate } from '../../../domain/ports.js';
import { extensionsOf } from './certificate-extensions.js';
import { bitsOf, countOf, DerError, type Element, elementsOf, expectTag, sequence, TAGS } from './der.js';
import { nameText } from './distinguished-name.js';
import { nodeHashing } from './hashing.js';
import { publicKeyOf } from './subject-public-key.js';

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
/** UTCTime has two digits for the year: 50 and later are of the 20th century (RFC 5280, 4.1.2.5.1). */
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** The three parts of a Certificate (RFC 5280, 4.1), as they came. */
export interface SignedParts {
  readonly tbs: Uint8Array;
  readonly algorithm: Element;
  readonly signature: Uint8Array;
}

export const signedPartsOf = (der: Uint8Array): SignedParts => {
  const [tbs, algorithm, signature] = sequence(der, 'certificate');
  return {
    tbs: expectTag(tbs, TAGS.sequence, 'tbsCertificate').whole,
    algorithm: expectTag(algorithm, TAGS.sequence, 'signatureAlgorithm'),
    signature: bitsOf(signature, 'signatureValue'),
  };
};

const instantOf = (element: Element | undefined): string => {
  const text = Buffer.from(element?.content ?? []).toString('latin1');
  const isShort = element?.tag === TAGS.utcTime;
  if (!isShort && element?.tag !== TAGS.generalizedTime) throw new DerError('validity must be two times');
  const century = isShort ? (text < '50' ? '20' : '19') : '';
  const instant = (century + text).replace(TIME, '$1-$2-$3T$4:$5:$6.000Z');
  if (!isInstant(instant)) throw new DerError('validity must be times in UTC');
  return instant;
};

/** serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, unique identifiers, extensions. */
interface Fields {
  readonly version: number;
  readonly rest: ReadonlyArray<Element>;
}

const fieldsOf = (tbs: Uint8Array): Fields => {
  const [first, ...rest] = sequence(tbs, 'tbsCertificate');
  if (first === undefined) throw new DerError('tbsCertificate must have fields');
  return first.tag === VERSION
    ? { version: 1 + countOf(elementsOf(first.content)[0], 'version'), rest }
    : { version: 1, rest: [first, ...rest] };
};

/** RFC 5280, 4.1.1.2: the algorithm is inside what is signed too, and must be the same there. */
const checkAlgorithm = (inner: Element | undefined, outer: Element): void => {
  if (inner === undefined || !equalBytes(inner.whole, outer.whole))
    throw new DerError('names two signature algorithms');
};

/** Throws DerError. */
export const certificateOf = (der: Uint8Array): Certificate => {
  const parts = signedPartsOf(der);
  const { version, rest } = fieldsOf(parts.tbs);
  const [serial, algorithm, issuer, validity, subject, spki, ...optional] = rest;
  checkAlgorithm(algorithm, parts.algorithm);
  const [notBefore, notAfter] = elementsOf(expectTag(validity, TAGS.sequence, 'validity').content);
  const issuerName = expectTag(issuer, TAGS.sequence, 'issuer').whole;
  const subjectName = expectTag(subject, TAGS.sequence, 'subject').whole;
  const key = expectTag(spki, TAGS.sequence, 'subjectPublicKeyInfo').whole;
  const names = { subject: nameText(subjectName), issuer: nameText(issuerName) };
  return {
    der,
    sha256: toHex(nodeHashing.hash('sha256', der)),
    ...names,
    serial: toHex(expectTag(serial, TAGS.integer, 'serialNumber').content),
    notBefore: instantOf(notBefore),
    notAfter: instantOf(notAfter),
    version,
    publicKey: publicKeyOf(key),
    spkiSha256: toHex(nodeHashing.hash('sha256', key)),
    ...extensionsOf(optional.find(({ tag }) => tag === EXTENSIONS)),
    selfIssued: names.subject === names.issuer,
  };
};
