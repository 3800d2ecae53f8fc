import { answerTo } from '../guard/answer.js';
import type { RecordedDecision } from '../guard/events.js';
import type { GuardFacts } from '../guard/facts.js';
import { namedProvider } from '../guard/key-answer.js';
import { type Difference, differencesOf } from './difference.js';

/** That what was known was too old says nothing of hosts and clusters: it is taken as it was recorded. */
const isStale = ({ reasons }: RecordedDecision): boolean => reasons.some(({ code }) => code === 'AnswerStale');

/**
 * An answer of the guard made again from what the ledger held at its index, at its time. No differences: the ledger bears it
 * out, reason by reason, and so does what it says that it leaned on.
 */
export const replayDecision = (facts: GuardFacts, recorded: RecordedDecision): ReadonlyArray<Difference> => {
  const { question, at, allowed, reasons, reliedOn, keyProvider } = recorded;
  const again = answerTo(facts, at)(question);
  const codes = again.reasons.map(({ code, part }) => ({ code, part }));
  const stale = isStale(recorded);
  const found = {
    allowed: again.allowed && !stale,
    reasons: stale ? [{ code: 'AnswerStale', part: 'guard' }, ...codes] : codes,
    reliedOn: again.reliedOn,
    keyProvider: namedProvider(again),
  };
  return differencesOf({ allowed, reasons, reliedOn, keyProvider }, found);
};
