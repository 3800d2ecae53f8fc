import type { AuthorityDeps, Request } from '../authority-deps.js';
import { type AccessOutcome, executeAccess } from './access-stream.js';

type Change<Input> = (deps: AuthorityDeps) => (input: Request & Input) => AccessOutcome;

/** By somebody who came with an issuer's token: they are this operator, who has to say so too. */
export const offerAccount: Change<{ readonly subject: string }> = (deps) => (input) => {
  const { by, subject } = input;
  return executeAccess(deps)(input, { type: 'OfferAccount', by, subject, now: deps.clock.now() });
};

export const bindAccount: Change<{ readonly account: string; readonly subject: string }> = (deps) => (input) => {
  const { by, account, subject } = input;
  return executeAccess(deps)(input, { type: 'BindAccount', by, account, subject, now: deps.clock.now() });
};

export const releaseAccount: Change<{ readonly account: string; readonly reason: string }> = (deps) => (input) => {
  const { by, account, reason } = input;
  return executeAccess(deps)(input, { type: 'ReleaseAccount', by, account, reason });
};
