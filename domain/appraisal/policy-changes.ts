import { type AttestationPolicy, POLICY_RULES } from './policy.js';

/** One rule that two policies have otherwise; undefined: it is not in that policy. */
export interface PolicyChange {
  readonly rule: string;
  readonly before: unknown;
  readonly after: unknown;
}

type Rule = keyof AttestationPolicy;

/** Text of a value, lists in the order of the policy: the order of banks is a preference, and counts. */
const said = (value: unknown): string => JSON.stringify(value);

/** In the order in which the rules are written. */
export const policyChanges = (before: AttestationPolicy, after: AttestationPolicy): ReadonlyArray<PolicyChange> =>
  (Object.keys(POLICY_RULES) as ReadonlyArray<Rule>)
    .filter((rule) => said(before[rule]) !== said(after[rule]))
    .map((rule) => ({ rule, before: before[rule], after: after[rule] }));
