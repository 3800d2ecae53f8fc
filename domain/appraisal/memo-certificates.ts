import * as E from 'fp-ts/lib/Either.js';
import { toHex } from '../encoding/bytes.js';
import type { Certificate, Certificates, Hashing } from '../ports.js';
import type { Memo } from './appraiser.js';

export interface CertificateMemos {
  /** By SHA-256 of the bytes. */
  readonly parsed: Memo<Certificate>;
  /** By the digests of certificate and issuer. Time, trust and policy are no part of it: they are judged every time. */
  readonly signed: Memo<boolean>;
}

/** The same answers with less work: what a certificate says, and who signed it, never changes. */
export const memoCertificates = (
  { hash }: Hashing,
  certificates: Certificates,
  { parsed, signed }: CertificateMemos,
): Certificates => {
  /** Blobs that were read once are the same bytes each time: these need no digest to be known again. */
  const byBytes = new WeakMap<Uint8Array, Certificate>();
  const byDigest = (der: Uint8Array): E.Either<string, Certificate> => {
    const key = toHex(hash('sha256', der));
    const known = parsed.get(key);
    if (known !== undefined) return E.right(known);
    const read = certificates.parse(der);
    if (E.isRight(read)) parsed.set(key, read.right);
    return read;
  };
  return {
    parsePem: certificates.parsePem,
    parse: (der) => {
      const known = byBytes.get(der);
      if (known !== undefined) return E.right(known);
      const read = byDigest(der);
      if (E.isRight(read)) byBytes.set(der, read.right);
      return read;
    },
    isSignedBy: (certificate, issuer, allowSha1) => {
      const key = `${certificate.sha256} ${issuer.sha256} ${String(allowSha1)}`;
      const known = signed.get(key);
      if (known !== undefined) return known;
      const answer = certificates.isSignedBy(certificate, issuer, allowSha1);
      // Only what holds is kept: a stranger's failures would push it out.
      if (answer) signed.set(key, answer);
      return answer;
    },
  };
};
