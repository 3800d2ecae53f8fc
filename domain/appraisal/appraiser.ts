import type { BootLog } from '../boot-log/boot-log.js';
import type { BootClaims, BootLogFinding } from '../boot-log/claims.js';
import type { ReplayedPcrs } from '../boot-log/replay.js';
import type { Certificates, Hashing, Signatures } from '../ports.js';
import type { HashAlgorithm } from '../tpm/algorithms.js';
import type { TpmIdentity } from '../tpm/tpm-identity.js';
import type { Evidence } from './evidence.js';
import type { ReferenceValues } from './reference-values.js';
import type { QuotedClock, Reason, RuleResult, Verdict } from './result.js';

/** Remembers results of pure functions: what it answers and when it forgets never changes a verdict, only its cost. */
export interface Memo<V> {
  readonly get: (key: string) => V | undefined;
  readonly set: (key: string, value: V) => void;
}

/** What a boot log's entries say in one bank. */
export interface BootReading {
  readonly claims: BootClaims;
  readonly findings: ReadonlyArray<BootLogFinding>;
}

/** A boot log with all that was computed of it so far, by bank. */
export interface ReadBootLog {
  readonly log: BootLog;
  readonly readings: ReadonlyMap<HashAlgorithm, BootReading>;
  readonly replayed: ReplayedPcrs;
}

/** The engines an appraiser computes with; deterministic, so a verdict can be computed again. */
export interface AppraisalEngines {
  readonly hashing: Hashing;
  readonly signatures: Signatures;
  readonly certificates: Certificates;
  /** By SHA-256 of a log. A host sends the same log again and again; only logs that replayed to a quote are remembered. */
  readonly bootLogs?: Memo<ReadBootLog>;
}

/** What the authority knows of the host before it looks at the evidence. `undefined` fields: not known here (offline). */
export interface HostContext {
  /** Name of the certified AK (hex), from AttestationKeyCertified. Undefined: nobody activated a credential. */
  readonly certifiedAkName: string | undefined;
  /** `publicKeyDigest` of the endorsement key that the AK was certified with. */
  readonly boundEndorsementKey: string | undefined;
  /** Clock of the AK's last believed quote, and the boot-time PCRs (0-7, by bank) it came with. */
  readonly previous: { readonly clock: QuotedClock; readonly bootPcrs: Readonly<Record<string, string>> } | undefined;
}

export interface AppraisalInput {
  readonly evidence: Evidence;
  /** What the quote must carry; from our own challenge, or from the evidence file when offline. Never empty. */
  readonly expectedQualifyingData: Uint8Array;
  readonly host: HostContext;
  readonly reference: ReferenceValues;
  /** False only offline, when nobody gave an image: then no image is judged, and the result says so. Absent: true. */
  readonly imagesJudged?: boolean;
  /** The time that counts for certificates, exceptions and expiry. Instant text. */
  readonly at: string;
}

/** RFC 9334 claims: what the evidence says, once; rules judge it. */
export interface Claims {
  readonly akName: string | undefined;
  readonly endorsementKey: string | undefined;
  readonly tpm: TpmIdentity | undefined;
  readonly bank: HashAlgorithm | undefined;
  readonly quotedPcrs: ReadonlyArray<{ readonly bank: HashAlgorithm; readonly pcrs: ReadonlyArray<number> }>;
  readonly clock: QuotedClock | undefined;
  readonly boot: BootClaims | undefined;
}

export interface AppraisalResult {
  readonly verdict: Verdict;
  /** All reasons of all failed rules; empty if affirming. */
  readonly reasons: ReadonlyArray<Reason>;
  readonly rules: ReadonlyArray<RuleResult>;
  readonly claims: Claims;
  /** The approved image that the host runs, if one fits. */
  readonly image: { readonly version: string; readonly digest: string } | undefined;
  /** Reference values that the verdict leaned on, so that a withdrawal finds it: CA names, EK digests. */
  readonly reliedOn: { readonly tpmCa: string | undefined; readonly endorsementKey: string | undefined };
  /** Quirk exceptions used. */
  readonly exceptions: ReadonlyArray<string>;
  /** Rules that could not be checked; an affirming verdict holds only with these named. */
  readonly notChecked: ReadonlyArray<string>;
  /**
   * True only if the AK signed this quote over the expected qualifying data (rules credential-activation, quote-signature,
   * quote-header, qualifying-data passed): only then is this the host's own word and may enter the ledger (invariant 4).
   */
  readonly hostsOwn: boolean;
  /** Lower-case hex by "bank:pcr" of PCR 0-7 as quoted; what the next quote's continuity is judged by. */
  readonly bootPcrs: Readonly<Record<string, string>>;
  /** `at` + policy.evidenceMaxAgeSeconds, also for a refusal (how long the refusal is fresh news). */
  readonly notAfter: string;
}

export type Appraise = (engines: AppraisalEngines, input: AppraisalInput) => AppraisalResult;
