import type { Verdict } from '../domain/appraisal/result.js';
import type { CertifiedKey } from '../domain/host/state.js';

/** A ledger index and the time it was recorded at. */
export interface Mark {
  readonly index: number;
  readonly time: string;
}

/** The newest verdict over evidence that was the host's own. */
export interface VerdictSummary {
  readonly index: number;
  readonly revision: number;
  readonly verdict: Verdict;
  /** When the evidence was judged. */
  readonly at: string;
  readonly notAfter: string;
  readonly image: { readonly version: string; readonly digest: string } | null;
  readonly tpmCa: string | null;
  readonly endorsementKey: string | null;
  readonly secureBoot: string;
  /** Reason codes, each once, of an unfavourable verdict. */
  readonly reasons: ReadonlyArray<string>;
  /** Exceptions that the verdict needed. */
  readonly exceptions: ReadonlyArray<string>;
  /** Revision of the reference values it rests on; -1: none. */
  readonly basis: number;
}

/** Why an affirming verdict counts no more: what it leaned on was taken back. */
export interface Undercut extends Mark {
  readonly code: 'BaseImageWithdrawn' | 'TpmCaRevoked' | 'EndorsementKeyRevoked';
  readonly subject: string;
  readonly reason: string;
}

/** What the ledger says of one host. Whether it is stale depends on the time of asking: see `hostTrustAt`. */
export interface HostTrustRow {
  readonly kind: 'host';
  readonly host: string;
  readonly displayName: string | null;
  readonly enrolled: Mark;
  /** Digest of the endorsement key that is this host's. */
  readonly endorsementKey: string | null;
  readonly attestationKey: { readonly name: string; readonly since: Mark } | null;
  readonly tpm: CertifiedKey['tpm'];
  /** Digests of the endorsement certificate that the AK was certified with, and of the intermediates that came along. */
  readonly certificates: ReadonlyArray<string>;
  /** Of the AK that is certified now. */
  readonly verdict: VerdictSummary | null;
  readonly undercut: Undercut | null;
  readonly quarantine: (Mark & { readonly reason: string }) | null;
  readonly retired: (Mark & { readonly reason: string }) | null;
  /** When this state was reached. */
  readonly since: Mark;
  readonly counts: { readonly affirming: number; readonly contraindicated: number; readonly foreign: number };
  /** The newest report that a management server relayed; it never makes a host trusted. */
  readonly relayed: { readonly index: number; readonly verdict: Verdict; readonly at: string } | null;
}

/** That something was taken back, at which revision of the reference values: verdicts of an older basis lean on nothing. */
export interface TakenBackRow {
  readonly kind: 'taken-back';
  readonly revision: number;
  readonly undercut: Undercut;
}

export type HostTrustRows = ReadonlyMap<string, HostTrustRow | TakenBackRow>;

export const hostKey = (host: string): string => `host/${host}`;

/** The host's row, if there is such a host. */
export const hostRow = (rows: HostTrustRows, host: string): HostTrustRow | undefined => {
  const row = rows.get(hostKey(host));
  return row?.kind === 'host' ? row : undefined;
};
