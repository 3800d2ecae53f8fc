import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Certificate } from '../../../ports.js';
import type { CertificateFault } from '../../../tpm/certificate-fault.js';
import { checkEndorsementCertificate, type TrustedEndorsement } from '../../../tpm/endorsement-certificate.js';
import type { AppraisalEngines, AppraisalInput } from '../../appraiser.js';
import { reason } from '../../reason-codes.js';
import type { TrustedTpmCa } from '../../reference-values.js';
import type { Reason } from '../../result.js';

const unfit = ({ _tag, subject }: { readonly _tag: string; readonly subject: string }, actual?: string): Reason =>
  reason('EndorsementCertificateUnfit', { subject, expected: _tag, actual });

const reasonOf = (fault: CertificateFault): Reason => {
  switch (fault._tag) {
    case 'CertificateMalformed':
      return reason('EndorsementCertificateMalformed', { actual: fault.rule });
    case 'CertificateExpired':
      return reason('EndorsementCertificateExpired', { subject: fault.subject, actual: fault.notAfter });
    case 'CertificateNotYetValid':
      return reason('EndorsementCertificateNotYetValid', { subject: fault.subject, actual: fault.notBefore });
    case 'IssuerNotFound':
      return reason('EndorsementKeyUntrusted', {
        subject: fault.issuer,
        expected: fault.authorityKeyId,
        actual: fault.caIssuersUrls[0],
      });
    case 'RootNotTrusted':
      return reason('EndorsementKeyUntrusted', { subject: fault.subject, actual: fault.sha256 });
    case 'CertificateSignatureInvalid':
      return reason('EndorsementCertificateSignatureInvalid', { subject: fault.subject, expected: fault.issuer });
    case 'CertificateSignatureSha1':
      return reason('EndorsementCertificateSha1', { subject: fault.subject });
    case 'PathTooLong':
      return unfit(fault, `${String(fault.allowed)} allowed`);
    case 'CriticalExtensionUnknown':
      return unfit(fault, fault.oids.join(' '));
    case 'EndorsementUsageMissing':
      return unfit(fault, fault.usage);
    case 'IssuerNotCa':
    case 'IssuerMayNotSignCertificates':
    case 'EndorsementCertificateIsCa':
      return unfit(fault);
  }
};

interface Anchors {
  readonly roots: ReadonlyArray<Certificate>;
  /** Of the trusted CAs' own chains: they complete a path, the root at its end makes it trusted. */
  readonly intermediates: ReadonlyArray<Uint8Array>;
}

const readAnchors = ({ certificates }: AppraisalEngines, ca: TrustedTpmCa): Anchors => {
  const chain = ca.chain.flatMap((der) =>
    pipe(
      certificates.parse(der),
      E.fold(
        () => [],
        (one) => [one],
      ),
    ),
  );
  const selfIssued = chain.filter((one) => one.selfIssued);
  const roots = selfIssued.length > 0 ? selfIssued : chain.slice(0, 1);
  return { roots, intermediates: chain.filter((one) => !roots.includes(one)).map((one) => one.der) };
};

interface Trusted extends Anchors {
  readonly named: ReadonlyArray<Anchors & { readonly name: string }>;
}

const known = new WeakMap<ReadonlyArray<TrustedTpmCa>, Trusted>();

/** What trusted CAs' certificates say never changes: they are read once for each set of reference values. */
const anchorsOf = (engines: AppraisalEngines, cas: ReadonlyArray<TrustedTpmCa>): Trusted => {
  const before = known.get(cas);
  if (before !== undefined) return before;
  const named = cas.map((ca) => ({ name: ca.name, ...readAnchors(engines, ca) }));
  const trusted: Trusted = {
    named,
    roots: named.flatMap(({ roots }) => roots),
    intermediates: named.flatMap(({ intermediates }) => intermediates),
  };
  known.set(cas, trusted);
  return trusted;
};

export interface EndorsementChainResult {
  readonly endorsement: TrustedEndorsement;
  /** Name of the trusted CA that the path ends in. */
  readonly tpmCa: string | undefined;
}

/** A certificate that cannot be used in a trusted CA's chain is left out: then the path is not found, and says so. */
export const checkChain = (
  engines: AppraisalEngines,
  { evidence, reference, at }: AppraisalInput,
  leaf: Uint8Array,
): E.Either<ReadonlyArray<Reason>, EndorsementChainResult> => {
  const { named, roots, intermediates } = anchorsOf(engines, reference.tpmCas);
  const checked = checkEndorsementCertificate({
    certificates: engines.certificates,
    leaf,
    intermediates: [...evidence.intermediates, ...intermediates],
    roots,
    at,
    allowSha1: reference.policy.allowSha1Signatures,
  });
  return pipe(
    checked,
    E.bimap(
      (faults) => faults.map(reasonOf),
      (endorsement) => ({
        endorsement,
        tpmCa: named.find((ca) => ca.roots.some(({ sha256 }) => sha256 === endorsement.path.at(-1)))?.name,
      }),
    ),
  );
};
