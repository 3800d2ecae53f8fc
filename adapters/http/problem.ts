import type { Reason } from '../../domain/appraisal/result.js';
import type { FieldFault } from '../../domain/encoding/explain.js';

/** An answer of application/problem+json (RFC 9457). `code` is stable: programs decide by it, people read `detail`. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly faults?: ReadonlyArray<FieldFault>;
  readonly retryAfterSeconds?: number;
  /** Machine-readable reasons of a refusal to trust. */
  readonly reasons?: ReadonlyArray<Reason>;
}

/** The document as it is sent. `type` is a name, not an address: nothing is to be fetched there. */
export const problemBody = (problem: Problem, requestId: string): Readonly<Record<string, unknown>> => ({
  type: `urn:sekisho:problem:${problem.code}`,
  title: problem.title,
  status: problem.status,
  code: problem.code,
  detail: problem.detail,
  ...(problem.faults === undefined ? {} : { faults: problem.faults }),
  ...(problem.reasons === undefined ? {} : { reasons: problem.reasons }),
  requestId,
});
