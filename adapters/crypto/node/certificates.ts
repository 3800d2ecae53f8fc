import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromBase64, isBase64 } from '../../../domain/encoding/bytes.js';
import type { Certificate, Certificates } from '../../../domain/ports.js';
import { Asn1Error } from './asn1.js';
import { certificateOf } from './certificate.js';
import { isCertificateSignedBy } from './certificate-signature.js';

const CERTIFICATE_CAP = 16_384;
const MOST_CERTIFICATES = 16;
const PEM_CAP = MOST_CERTIFICATES * 2 * CERTIFICATE_CAP;
const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;

const parse = (der: Uint8Array): E.Either<string, Certificate> =>
  der.length > CERTIFICATE_CAP
    ? E.left(`is ${String(der.length)} bytes long, at most ${String(CERTIFICATE_CAP)} allowed`)
    : E.tryCatch(
        () => certificateOf(der),
        (error) => (error instanceof Asn1Error ? error.message : 'is no certificate'),
      );

const parseBlock = (block: string): E.Either<string, Certificate> => {
  const text = block.replace(/\s/g, '');
  return isBase64(text) ? parse(fromBase64(text)) : E.left('has a certificate that is not base64');
};

const parsePem = (pem: string): E.Either<string, ReadonlyArray<Certificate>> => {
  if (pem.length > PEM_CAP) return E.left(`is longer than ${String(PEM_CAP)} characters`);
  const blocks = [...pem.matchAll(PEM)].map(([, block = '']) => block);
  if (blocks.length === 0) return E.left('has no PEM certificate');
  if (blocks.length > MOST_CERTIFICATES) return E.left(`has more than ${String(MOST_CERTIFICATES)} certificates`);
  return pipe(blocks, E.traverseArray(parseBlock));
};

/** X.509 by @peculiar/asn1-x509; keys and signatures by the platform. */
export const nodeCertificates: Certificates = { parse, parsePem, isSignedBy: isCertificateSignedBy };
