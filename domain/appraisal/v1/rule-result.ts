import * as E from 'fp-ts/lib/Either.js';
import { reason } from '../reason-codes.js';
import type { Reason, RuleResult } from '../result.js';

/** What a rule settled for the rules after it, or the rule whose failure keeps it unsettled. */
export type Fact<A> = E.Either<string, A>;

/** A log can be made to break a rule thousands of times; the first ones say what is wrong. */
const MOST_REASONS = 255;

export const passed = (rule: string): RuleResult => ({ rule, outcome: 'passed', reasons: [] });

export const failed = (rule: string, reasons: ReadonlyArray<Reason>): RuleResult => ({
  rule,
  outcome: 'failed',
  reasons:
    reasons.length <= MOST_REASONS
      ? reasons
      : [...reasons.slice(0, MOST_REASONS), reason('MoreReasons', { actual: String(reasons.length - MOST_REASONS) })],
});

export const notChecked = (rule: string, because: string): RuleResult => ({
  rule,
  outcome: 'not-checked',
  reasons: [],
  because,
});

export const notApplicable = (rule: string, because: string): RuleResult => ({
  rule,
  outcome: 'not-applicable',
  reasons: [],
  because,
});

/** Passed without a reason, failed with any. */
export const judged = (rule: string, reasons: ReadonlyArray<Reason>): RuleResult =>
  reasons.length === 0 ? passed(rule) : failed(rule, reasons);

/** Judges what an earlier rule settled; where it did not, that rule is the root cause and this one is not checked. */
export const judgedWith = <A>(
  rule: string,
  fact: Fact<A>,
  reasonsOf: (value: A) => ReadonlyArray<Reason>,
): RuleResult => (E.isLeft(fact) ? notChecked(rule, fact.left) : judged(rule, reasonsOf(fact.right)));

/** The root cause that keeps later rules from being checked, once this one failed or was not checked itself. */
export const unsettled = (result: RuleResult): Fact<never> =>
  E.left(result.outcome === 'not-checked' ? (result.because ?? result.rule) : result.rule);

/** The value, for later rules, of a rule that did not fail; else that rule, or the one which kept it from being checked. */
export const settled = <A>(result: RuleResult, value: A): Fact<A> =>
  result.outcome === 'failed' || result.outcome === 'not-checked' ? unsettled(result) : E.right(value);
