import type { PcrValues } from '../tpm/pcr-digest.js';

/**
 * What a host sent (RFC 9334: Evidence), bytes as they came. Nothing in here is believed because it is in here:
 * each rule says what it takes from where.
 */
export interface Evidence {
  /** DER. Absent: the TPM has no certificate, or the host did not send one. */
  readonly ekCertificate: Uint8Array | undefined;
  /** Further certificates (DER) that the host offers to complete the chain; trusted only if they lead to a trusted CA. */
  readonly intermediates: ReadonlyArray<Uint8Array>;
  /** TPM2B_PUBLIC. */
  readonly ekPublic: Uint8Array | undefined;
  /** TPM2B_PUBLIC. */
  readonly akPublic: Uint8Array;
  /** TPMS_ATTEST; absent: there is no TPM 2.0 behind this evidence. */
  readonly quote: Uint8Array | undefined;
  /** TPMT_SIGNATURE. */
  readonly signature: Uint8Array | undefined;
  readonly pcrs: PcrValues;
  readonly bootLog: Uint8Array;
}
