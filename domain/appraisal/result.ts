import * as t from 'io-ts';
import { closed, closedWith } from '../encoding/closed.js';
import { ListUpTo, SafeInt, Text, Uint64Text } from '../encoding/primitives.js';

/**
 * Why a rule failed: a stable code for programs and what it is about. A code keeps its meaning in every appraiser version;
 * a new meaning gets a new code (docs/reasons.md lists all of them). `code` alone, or with `subject` (a module, token,
 * version, certificate ...), `pcr`, `event` (index in the boot log), `expected` and `actual`.
 */
export const Reason = closedWith(
  { code: Text(64) },
  { subject: Text(512), pcr: SafeInt, event: SafeInt, expected: Text(512), actual: Text(512) },
  'Reason',
);
export interface Reason {
  readonly code: string;
  readonly subject?: string;
  readonly pcr?: number;
  readonly event?: number;
  readonly expected?: string;
  readonly actual?: string;
}

/**
 * `not-checked`: could not be judged here (offline, or because of an earlier failure named in `because`).
 * `not-applicable`: policy or the kind of host does not ask for it. `excepted`: failed, but a named exception covers it.
 */
export const Outcome = t.keyof({
  passed: null,
  failed: null,
  'not-checked': null,
  'not-applicable': null,
  excepted: null,
});
export type Outcome = t.TypeOf<typeof Outcome>;

export const RuleResult = closedWith(
  { rule: Text(64), outcome: Outcome, reasons: ListUpTo(Reason, 256) },
  { because: Text(256) },
  'RuleResult',
);
export interface RuleResult {
  readonly rule: string;
  readonly outcome: Outcome;
  readonly reasons: ReadonlyArray<Reason>;
  readonly because?: string;
}

/** RFC 9334 / EAR words: `affirming` is trusted, `contraindicated` is not. */
export const Verdict = t.keyof({ affirming: null, contraindicated: null });
export type Verdict = t.TypeOf<typeof Verdict>;

/** How the evidence came: over a challenge of ours, signed by the AK; from a file; or relayed by a management server. */
export const Grade = t.keyof({ challenged: null, offline: null, relayed: null });
export type Grade = t.TypeOf<typeof Grade>;

/** TPM clock and firmware as quoted; followed from quote to quote (TPM 2.0 Part 2, TPMS_CLOCK_INFO). */
export const QuotedClock = closed(
  { resetCount: SafeInt, restartCount: SafeInt, clock: Uint64Text, safe: t.boolean, firmwareVersion: Uint64Text },
  'QuotedClock',
);
export type QuotedClock = t.TypeOf<typeof QuotedClock>;
