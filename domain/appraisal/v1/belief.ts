import type { BootLogFinding } from '../../boot-log/claims.js';
import { reason } from '../reason-codes.js';
import type { Reason, RuleResult } from '../result.js';
import { failed, judged, notChecked } from './rule-result.js';

/** Which of a log's registers may be believed, and which rule is to blame for the others. */
export interface Belief {
  /** Registers that the quote covers, in the bank that decides. */
  readonly quoted: ReadonlySet<number>;
  /** Of these, the ones whose value the log explains. */
  readonly explained: ReadonlySet<number>;
  /** Results of required-pcrs and boot-log-replay. */
  readonly required: RuleResult;
  readonly replayed: RuleResult;
}

/** What is said of a register that the quote does not vouch for decides nothing. */
export const believable = (
  findings: ReadonlyArray<BootLogFinding>,
  { explained }: Belief,
): ReadonlyArray<BootLogFinding> => findings.filter(({ pcr }) => pcr === undefined || explained.has(pcr));

/**
 * Judges what rests on the registers `needs`. If one of them does not replay, that is the root cause, unless others already
 * show a fault; if one was not quoted at all, nothing may pass that leans on it.
 */
export const judgedOn = (
  { quoted, explained, required, replayed }: Belief,
  rule: string,
  needs: ReadonlyArray<number>,
  reasons: ReadonlyArray<Reason>,
): RuleResult => {
  const unquoted = needs.filter((pcr) => !quoted.has(pcr));
  if (unquoted.length > 0)
    return required.outcome === 'failed'
      ? notChecked(rule, required.rule)
      : failed(
          rule,
          unquoted.map((pcr) => reason('RequiredPcrNotQuoted', { pcr })),
        );
  if (needs.some((pcr) => !explained.has(pcr))) return notChecked(rule, replayed.rule);
  if (reasons.length === 0 && needs.length === 0 && replayed.outcome === 'failed')
    return notChecked(rule, replayed.rule);
  return judged(rule, reasons);
};
