import type { Certificate } from '../ports.js';
import { about, type CertificateFault } from './certificate-fault.js';

/** tcg-kp-EKCertificate (TCG EK Credential Profile 2.5, 3.1.2). */
const EK_CERTIFICATE_USAGE = '2.23.133.8.1';

/** Both ends of the period count as within it (RFC 5280, 4.1.2.5). */
export const validityFaults = (certificate: Certificate, at: string): ReadonlyArray<CertificateFault> => {
  const { notBefore, notAfter } = certificate;
  if (at < notBefore) return [{ _tag: 'CertificateNotYetValid', ...about(certificate), notBefore }];
  // A second is as fine as a certificate's time gets: it is good until that second is over.
  return at.slice(0, 19) > notAfter.slice(0, 19)
    ? [{ _tag: 'CertificateExpired', ...about(certificate), notAfter }]
    : [];
};

const criticalFaults = (certificate: Certificate): ReadonlyArray<CertificateFault> =>
  certificate.unhandledCritical.length === 0
    ? []
    : [{ _tag: 'CriticalExtensionUnknown', ...about(certificate), oids: certificate.unhandledCritical }];

/** A root of X.509 version 1 can't say that it is a CA: an operator who trusts it said so. */
const isCa = ({ version, basicConstraints, selfIssued }: Certificate): boolean =>
  basicConstraints?.ca ?? (version === 1 && selfIssued);

/** `below` are the CA certificates between the leaf and this issuer; self-issued ones don't count (RFC 5280, 4.2.1.9). */
export const issuerFaults = (
  issuer: Certificate,
  below: ReadonlyArray<Certificate>,
): ReadonlyArray<CertificateFault> => {
  const faults: Array<CertificateFault> = [...criticalFaults(issuer)];
  const allowed = issuer.basicConstraints?.pathLength;
  if (!isCa(issuer)) faults.push({ _tag: 'IssuerNotCa', ...about(issuer) });
  if (issuer.keyUsage?.includes('keyCertSign') === false) {
    faults.push({ _tag: 'IssuerMayNotSignCertificates', ...about(issuer) });
  }
  if (allowed !== undefined && below.filter(({ selfIssued }) => !selfIssued).length > allowed) {
    faults.push({ _tag: 'PathTooLong', ...about(issuer), allowed });
  }
  return faults;
};

const isForEndorsement = (keyUsage: Certificate['keyUsage']): boolean =>
  keyUsage === undefined || keyUsage.includes('keyEncipherment') || keyUsage.includes('keyAgreement');

export const leafFaults = (leaf: Certificate): ReadonlyArray<CertificateFault> => {
  const faults: Array<CertificateFault> = [...criticalFaults(leaf)];
  if (leaf.basicConstraints?.ca === true) faults.push({ _tag: 'EndorsementCertificateIsCa', ...about(leaf) });
  if (leaf.extendedKeyUsage?.includes(EK_CERTIFICATE_USAGE) === false) {
    faults.push({ _tag: 'EndorsementUsageMissing', ...about(leaf), usage: 'extendedKeyUsage' });
  }
  if (!isForEndorsement(leaf.keyUsage)) {
    faults.push({ _tag: 'EndorsementUsageMissing', ...about(leaf), usage: 'keyUsage' });
  }
  return faults;
};
