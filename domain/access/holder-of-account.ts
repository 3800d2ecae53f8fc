import * as E from 'fp-ts/lib/Either.js';
import type { TokenHolder } from './holder-of-token.js';
import type { Identity } from './identity.js';
import type { AccessState } from './state.js';

/** The issuer says by now that the account is another person's than the one for whom it was bound. */
export interface AccountOfAnother {
  readonly _tag: 'AccountOfAnother';
  readonly account: string;
}

/**
 * The operator as whom somebody with this account comes in: with that one's role and limits, and nothing of what the issuer's rules
 * give. Undefined: it is bound to nobody, so that they come as themselves.
 */
export const holderOfAccount = (
  { accounts, operators }: AccessState,
  { subject: account, person }: Identity,
): E.Either<AccountOfAnother, TokenHolder | undefined> => {
  const held = accounts.get(account);
  if (held?.bound !== true) return E.right(undefined);
  const operator = operators.get(held.subject);
  return operator === undefined || held.person !== person
    ? E.left({ _tag: 'AccountOfAnother', account })
    : E.right({ subject: held.subject, role: operator.role, scope: operator.scope });
};
