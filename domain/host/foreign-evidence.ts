/** Foreign evidence of one host since `from`: how often each reason was given. */
export interface ForeignEvidence {
  readonly host: string;
  readonly from: string;
  readonly counts: ReadonlyArray<{ readonly reason: string; readonly count: number }>;
}

/**
 * Counts evidence in a host's name that was not its own, in memory: a stranger who sends millions fills neither ledger nor
 * memory. A restart forgets at most one interval of counts, which decide nothing.
 */
export interface ForeignEvidenceCounter {
  /** `host` is enrolled. Bounded: beyond the most hosts that are followed, counts are dropped. */
  readonly count: (host: string, reason: string, at: string) => void;
  /** Takes out what began at or before `olderThan`. */
  readonly take: (olderThan: string) => ReadonlyArray<ForeignEvidence>;
  /** Puts back what could not be recorded. */
  readonly putBack: (evidence: ForeignEvidence) => void;
}
