import type { AccessState } from './state.js';

/** Has something that lets them in for longer than a token with an end; of whom the ledger knows no token yet, a file may. */
const canCome = ({ tokens, certificates }: AccessState, subject: string): boolean =>
  !tokens.settled.has(subject) ||
  [...tokens.held.values()].some((token) => token.subject === subject && token.expires === null) ||
  [...certificates.values()].some((bound) => bound.subject === subject);

/** Whether nobody else could grant a role any more: then nobody ever could again. */
export const isLastTrustAdministrator = (state: AccessState, subject: string): boolean =>
  state.operators.get(subject)?.role === 'trust-administrator' &&
  ![...state.operators].some(
    ([other, { role }]) => other !== subject && role === 'trust-administrator' && canCome(state, other),
  );
