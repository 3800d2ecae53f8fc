import type { Certificate } from '../ports.js';

/** Why an endorsement key's certificate is not believed; `subject` and `sha256` name the certificate at fault. */
export type CertificateFault =
  | { readonly _tag: 'CertificateMalformed'; readonly rule: string }
  | {
      readonly _tag: 'CertificateExpired';
      readonly subject: string;
      readonly sha256: string;
      readonly notAfter: string;
    }
  | {
      readonly _tag: 'CertificateNotYetValid';
      readonly subject: string;
      readonly sha256: string;
      readonly notBefore: string;
    }
  /** Neither the trusted CAs nor the certificates sent along have the issuer. */
  | {
      readonly _tag: 'IssuerNotFound';
      readonly subject: string;
      readonly sha256: string;
      readonly issuer: string;
      readonly authorityKeyId: string | undefined;
      readonly caIssuersUrls: ReadonlyArray<string>;
    }
  /** The path ends at a root that is not among the trusted ones. */
  | { readonly _tag: 'RootNotTrusted'; readonly subject: string; readonly sha256: string }
  /** Issuers of that name are known, but none of their keys made this signature. */
  | {
      readonly _tag: 'CertificateSignatureInvalid';
      readonly subject: string;
      readonly sha256: string;
      readonly issuer: string;
    }
  | {
      readonly _tag: 'CertificateSignatureSha1';
      readonly subject: string;
      readonly sha256: string;
      readonly issuer: string;
    }
  | { readonly _tag: 'IssuerNotCa'; readonly subject: string; readonly sha256: string }
  | { readonly _tag: 'IssuerMayNotSignCertificates'; readonly subject: string; readonly sha256: string }
  | { readonly _tag: 'PathTooLong'; readonly subject: string; readonly sha256: string; readonly allowed: number }
  | {
      readonly _tag: 'CriticalExtensionUnknown';
      readonly subject: string;
      readonly sha256: string;
      readonly oids: ReadonlyArray<string>;
    }
  | { readonly _tag: 'EndorsementCertificateIsCa'; readonly subject: string; readonly sha256: string }
  /** An extension that says what the key is for is there, and lacks what an endorsement key is for. */
  | {
      readonly _tag: 'EndorsementUsageMissing';
      readonly subject: string;
      readonly sha256: string;
      readonly usage: 'keyUsage' | 'extendedKeyUsage';
    };

export const about = ({ subject, sha256 }: Certificate): { readonly subject: string; readonly sha256: string } => ({
  subject,
  sha256,
});
