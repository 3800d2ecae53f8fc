import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { equalBytes } from '../encoding/bytes.js';
import type { Certificate, Certificates, PublicKey } from '../ports.js';
import type { CertificateFault } from './certificate-fault.js';
import { certificateFromNv } from './certificate-from-nv.js';
import { issuerFaults, leafFaults, validityFaults } from './certificate-rules.js';
import type { TpmPublic } from './public-area.js';
import { type TpmIdentity, tpmIdentityOf } from './tpm-identity.js';
import { findTrustPaths, type TrustPath } from './trust-path.js';

export type { CertificateFault } from './certificate-fault.js';
export type { TpmIdentity } from './tpm-identity.js';

export interface EndorsementChain {
  readonly certificates: Certificates;
  /** DER, or what the TPM's NV index holds: with its header and filler. */
  readonly leaf: Uint8Array;
  /** DER: they help to complete a path and are never trusted for themselves. The caller bounds their number. */
  readonly intermediates: ReadonlyArray<Uint8Array>;
  /** Trust anchors. A path ends at the first of them, be it a root or not. */
  readonly roots: ReadonlyArray<Certificate>;
  /** Instant text: the time that validity is judged at. */
  readonly at: string;
  readonly allowSha1: boolean;
}

export interface TrustedEndorsement {
  readonly certificate: Certificate;
  /** SHA-256 of each certificate, from the endorsement key's to the trust anchor's. */
  readonly path: ReadonlyArray<string>;
  /** Undefined when the certificate doesn't say what TPM it is for, as those of some virtual TPMs don't. */
  readonly tpm: TpmIdentity | undefined;
}

/** The EK certificate in what a host sent; the decoder's reason when it is none. */
export const parseEndorsementCertificate = (
  certificates: Certificates,
  bytes: Uint8Array,
): E.Either<CertificateFault, Certificate> =>
  pipe(
    certificates.parse(certificateFromNv(bytes)),
    E.mapLeft((rule): CertificateFault => ({ _tag: 'CertificateMalformed', rule })),
  );

/** What can't be decoded can't complete a path either; that it is missing is found out then. */
const helpful = ({ certificates, intermediates, roots }: EndorsementChain): ReadonlyArray<Certificate> => {
  const anchors = new Set(roots.map(({ sha256 }) => sha256));
  return intermediates
    .flatMap((der) =>
      pipe(
        certificates.parse(der),
        E.match(
          () => [],
          (certificate) => [certificate],
        ),
      ),
    )
    .filter(({ sha256 }) => !anchors.has(sha256));
};

const pathFaults = (path: TrustPath, at: string): ReadonlyArray<CertificateFault> => [
  ...path.slice(1).flatMap((issuer, below) => issuerFaults(issuer, path.slice(1, 1 + below))),
  ...path.flatMap((certificate) => validityFaults(certificate, at)),
];

interface Judged {
  readonly path: TrustPath;
  readonly faults: ReadonlyArray<CertificateFault>;
}

/** The shortest path without a fault, else the one with the fewest. */
const bestOf = (paths: ReadonlyArray<TrustPath>, at: string): Judged | undefined =>
  paths
    .map((path): Judged => ({ path, faults: pathFaults(path, at) }))
    .reduce<Judged | undefined>(
      (best, next) => (best && best.faults.length <= next.faults.length ? best : next),
      undefined,
    );

const judge = (
  chain: EndorsementChain,
  leaf: Certificate,
): E.Either<ReadonlyArray<CertificateFault>, TrustedEndorsement> => {
  const found = findTrustPaths({ ...chain, intermediates: helpful(chain) }, leaf);
  const best = bestOf(found.paths, chain.at);
  const onPath = best === undefined ? [...validityFaults(leaf, chain.at), ...found.deadEnds] : best.faults;
  const faults = [...leafFaults(leaf), ...onPath];
  return best === undefined || faults.length > 0
    ? E.left(faults)
    : E.right({ certificate: leaf, path: best.path.map(({ sha256 }) => sha256), tpm: tpmIdentityOf(leaf) });
};

/**
 * Whether an endorsement key's certificate leads to a trusted CA (RFC 5280, 6, without policies, names and revocation;
 * TCG EK Credential Profile 2.5, 3). Left: every fault of the best path. Nothing is fetched, no clock is read.
 */
export const checkEndorsementCertificate = (
  chain: EndorsementChain,
): E.Either<ReadonlyArray<CertificateFault>, TrustedEndorsement> =>
  pipe(
    parseEndorsementCertificate(chain.certificates, chain.leaf),
    E.mapLeft((fault): ReadonlyArray<CertificateFault> => [fault]),
    E.flatMap((leaf) => judge(chain, leaf)),
  );

const sameKey = (a: PublicKey, b: PublicKey): boolean =>
  a.kty === 'rsa'
    ? b.kty === 'rsa' && a.exponent === b.exponent && equalBytes(a.modulus, b.modulus)
    : b.kty === 'ecc' && a.curve === b.curve && equalBytes(a.x, b.x) && equalBytes(a.y, b.y);

/** A certificate says something about the key that is in it, and about no other of the same TPM. */
export const endorsementKeyMatches = (certificate: Certificate, ek: TpmPublic): boolean =>
  certificate.publicKey !== undefined && sameKey(certificate.publicKey, ek.key);
