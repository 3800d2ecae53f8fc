import { type Time, type Validity, Certificate as X509 } from '@peculiar/asn1-x509';
import { equalBytes, toHex } from '../../../domain/encoding/bytes.js';
import type { Certificate } from '../../../domain/ports.js';
import {
  Asn1Error,
  checkUniversal,
  childrenOf,
  contentOf,
  contextOf,
  countOf,
  decode,
  type Element,
  read,
  wholeOf,
} from './asn1.js';
import { extensionsOf } from './certificate-extensions.js';
import { nameText } from './distinguished-name.js';
import { nodeHashing } from './hashing.js';
import { bytesOf, publicKeyOf } from './subject-public-key.js';

/** The three parts of a Certificate (RFC 5280, 4.1), as they came. */
export interface SignedParts {
  readonly tbs: Element;
  readonly algorithm: Element;
  readonly signature: Uint8Array;
}

const partsOf = (certificate: Element): SignedParts => {
  const [tbs, algorithm, signature] = childrenOf(certificate);
  if (tbs === undefined || algorithm === undefined || contextOf(tbs) !== undefined)
    throw new Asn1Error('certificate must be three parts');
  return { tbs, algorithm, signature: bytesOf(signature, 'signatureValue') };
};

export const signedPartsOf = (der: Uint8Array): SignedParts => partsOf(decode(der, 'certificate'));

/** What the library's classes leave out of a TBSCertificate: bytes, and text that it reads generously. */
interface RawFields {
  readonly algorithm: Element;
  readonly times: ReadonlyArray<Element>;
  readonly key: Element;
  readonly extensions: Element | undefined;
}

const rawFieldsOf = (tbs: Element): RawFields => {
  const fields = childrenOf(tbs);
  const [, algorithm, issuer, validity, subject, key] = fields.filter((field) => contextOf(field) === undefined);
  if (!algorithm || !issuer || !validity || !subject || !key)
    throw new Asn1Error('tbsCertificate must have all fields');
  for (const field of [issuer, validity, subject, key]) checkUniversal(field, 'tbsCertificate');
  return { algorithm, times: childrenOf(validity), key, extensions: fields.find((field) => contextOf(field) === 3) };
};

/** The library takes local times, and days that no month has; what counts is only what says the same when written. */
const instantOf = (time: Time, raw: Element | undefined): string => {
  const date = time.getTime();
  if (raw === undefined || Number.isNaN(date.getTime())) throw new Asn1Error('validity must be times in UTC');
  const instant = date.toISOString();
  const digits = instant.replace(/\D/g, '').slice(time.utcTime === undefined ? 0 : 2, 14);
  if (String.fromCharCode(...contentOf(raw)) !== `${digits}Z`) throw new Asn1Error('validity must be times in UTC');
  return instant;
};

const instantsOf = (
  validity: Validity,
  [notBefore, notAfter]: RawFields['times'],
): Pick<Certificate, 'notBefore' | 'notAfter'> => ({
  notBefore: instantOf(validity.notBefore, notBefore),
  notAfter: instantOf(validity.notAfter, notAfter),
});

/** RFC 5280, 4.1.1.2: the algorithm is inside what is signed too, and must be the same there. */
const checkAlgorithm = (inner: Element, outer: Element): void => {
  if (!equalBytes(wholeOf(inner), wholeOf(outer))) throw new Asn1Error('names two signature algorithms');
};

/** Throws Asn1Error. */
export const certificateOf = (der: Uint8Array): Certificate => {
  const whole = decode(der, 'certificate');
  const { tbsCertificate: fields } = read(whole, X509, 'certificate');
  const { tbs, algorithm: outer } = partsOf(whole);
  const { algorithm, times, key, extensions } = rawFieldsOf(tbs);
  checkAlgorithm(algorithm, outer);
  const names = { subject: nameText(fields.subject), issuer: nameText(fields.issuer) };
  return {
    der,
    sha256: toHex(nodeHashing.hash('sha256', der)),
    ...names,
    serial: toHex(new Uint8Array(fields.serialNumber)),
    ...instantsOf(fields.validity, times),
    version: 1 + countOf(fields.version, 'version'),
    publicKey: publicKeyOf(key),
    spkiSha256: toHex(nodeHashing.hash('sha256', wholeOf(key))),
    ...extensionsOf(extensions),
    selfIssued: names.subject === names.issuer,
  };
};
