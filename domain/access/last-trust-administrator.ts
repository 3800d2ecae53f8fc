import type { AccessState, Operator } from './state.js';

/** Has something that lets them in for longer than a token with an end; of whom the ledger knows no token yet, a file may. */
const canCome = ({ tokens, certificates }: AccessState, subject: string): boolean =>
  !tokens.settled.has(subject) ||
  [...tokens.held.values()].some((token) => token.subject === subject && token.expires === null) ||
  [...certificates.values()].some((bound) => bound.subject === subject);

/** Those of a part can't change what holds for everybody, nor grant a role for everything. */
const isWhole = (operator: Operator | undefined): boolean =>
  operator?.role === 'trust-administrator' && operator.scope === null;

/** Whether nobody else could grant every role any more: then nobody ever could again. */
export const isLastTrustAdministrator = (state: AccessState, subject: string): boolean =>
  isWhole(state.operators.get(subject)) &&
  ![...state.operators].some(([other, held]) => other !== subject && isWhole(held) && canCome(state, other));
