import type { Certificate, Certificates } from '../ports.js';
import { about, type CertificateFault } from './certificate-fault.js';

/** Leaf first, trust anchor last. */
export type TrustPath = ReadonlyArray<Certificate>;

const MOST_CERTIFICATES = 8;

export interface Search {
  readonly certificates: Certificates;
  readonly intermediates: ReadonlyArray<Certificate>;
  readonly roots: ReadonlyArray<Certificate>;
  readonly allowSha1: boolean;
}

export interface Found {
  /** Every signature on each of these is right; nothing else is checked yet. Shortest first. */
  readonly paths: ReadonlyArray<TrustPath>;
  /** Why no path goes on where it ends. */
  readonly deadEnds: ReadonlyArray<CertificateFault>;
}

/** Key identifiers only tell issuers of one name apart (RFC 5280, 4.2.1.1): they prove nothing. */
const couldIssue = (issuer: Certificate, certificate: Certificate): boolean =>
  issuer.subject !== '' &&
  issuer.subject === certificate.issuer &&
  (issuer.subjectKeyId === undefined ||
    certificate.authorityKeyId === undefined ||
    issuer.subjectKeyId === certificate.authorityKeyId);

/** Why `last` has no issuer among `candidates`, which have its issuer's name. */
const deadEnd = (search: Search, last: Certificate, candidates: ReadonlyArray<Certificate>): CertificateFault => {
  const { issuer, authorityKeyId, caIssuersUrls } = last;
  const others = candidates.filter(({ sha256 }) => sha256 !== last.sha256);
  if (last.selfIssued && others.length === 0) return { _tag: 'RootNotTrusted', ...about(last) };
  if (others.length === 0) return { _tag: 'IssuerNotFound', ...about(last), issuer, authorityKeyId, caIssuersUrls };
  return !search.allowSha1 && others.some((other) => search.certificates.isSignedBy(last, other, true))
    ? { _tag: 'CertificateSignatureSha1', ...about(last), issuer }
    : { _tag: 'CertificateSignatureInvalid', ...about(last), issuer };
};

interface Step {
  readonly complete: ReadonlyArray<TrustPath>;
  readonly open: ReadonlyArray<TrustPath>;
  readonly deadEnds: ReadonlyArray<CertificateFault>;
}

/** One certificate further from `path`; an intermediate that any path has seen is not entered again, so loops end. */
const extend = (search: Search, path: TrustPath, last: Certificate, seen: Set<string>): Step => {
  const candidates = [...search.roots, ...search.intermediates].filter((issuer) => couldIssue(issuer, last));
  const issuers = candidates.filter((issuer) => search.certificates.isSignedBy(last, issuer, search.allowSha1));
  const isRoot = (issuer: Certificate): boolean => search.roots.includes(issuer);
  const next = issuers.filter((issuer) => !isRoot(issuer) && !seen.has(issuer.sha256));
  for (const { sha256 } of next) seen.add(sha256);
  const complete = issuers.filter(isRoot).map((issuer) => [...path, issuer]);
  const open = next.map((issuer) => [...path, issuer]);
  const goesOn = issuers.some((issuer) => issuer.sha256 !== last.sha256);
  return { complete, open, deadEnds: goesOn ? [] : [deadEnd(search, last, candidates)] };
};

const tooLong = (path: TrustPath): ReadonlyArray<CertificateFault> =>
  path.slice(-1).map((last) => ({ _tag: 'PathTooLong', ...about(last), allowed: MOST_CERTIFICATES }));

/**
 * Paths from `leaf` to trust anchors, breadth first. Each intermediate is entered once, so that certificates which
 * vouch for each other in a ring cost no more than their number.
 */
export const findTrustPaths = (search: Search, leaf: Certificate): Found => {
  const seen = new Set([leaf.sha256]);
  const paths: Array<TrustPath> = [];
  const deadEnds: Array<CertificateFault> = [];
  let open: ReadonlyArray<TrustPath> = [[leaf]];
  for (let length = 1; length < MOST_CERTIFICATES && open.length > 0; length++) {
    const steps = open.map((path) => extend(search, path, path.at(-1) ?? leaf, seen));
    paths.push(...steps.flatMap(({ complete }) => complete));
    deadEnds.push(...steps.flatMap((step) => step.deadEnds));
    open = steps.flatMap((step) => step.open);
  }
  return { paths, deadEnds: [...deadEnds, ...open.flatMap(tooLong)] };
};
