import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { AccessCommand, AccessRejection } from './commands.js';
import type { AccessEvent } from './events.js';
import { isLastTrustAdministrator } from './last-trust-administrator.js';
import { mayRole } from './roles.js';
import { type AccessState, personOf } from './state.js';
import { withinScopeOfHolder } from './within-own-scope.js';

type Decided = E.Either<AccessRejection, ReadonlyArray<AccessEvent>>;
type Of<T extends AccessCommand['type']> = Extract<AccessCommand, { readonly type: T }>;

/**
 * Who holds a token acts as its subject. So it is made for oneself, or, by who may give names away, for a name that still counts
 * as oneself, or whose giving a second person approved.
 */
const mayHold = ({ by, subject, vouchedBy }: Of<'IssueToken'>, state: AccessState): boolean =>
  by.subject === subject ||
  (mayRole(by.role, 'ManageOperators') &&
    (vouchedBy !== undefined || personOf(state, by.subject) === personOf(state, subject)));

/** Whoever replaces their own token doesn't make the role last longer than the one that they were given. */
const untilOf = ({ by, subject, token }: Of<'IssueToken'>, { tokens }: AccessState): string | null => {
  const ends = [...tokens.held.values()].flatMap((held) =>
    held.subject === subject && held.expires !== null ? [held.expires] : [],
  );
  const given = by.subject === subject ? ends : [];
  return [...given, token.expires].reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);
};

const issue = (command: Of<'IssueToken'>, state: AccessState): Decided => {
  const { subject, token } = command;
  if (!state.operators.has(subject)) return E.left({ _tag: 'OperatorUnknown', subject });
  // Digests can be read in the ledger: a token of somebody else must not come to let in whoever names it.
  const owner = state.tokens.held.get(token.sha256)?.subject ?? subject;
  if (owner !== subject) return E.left({ _tag: 'TokenTaken' });
  if (!mayHold(command, state)) return E.left({ _tag: 'NotYourName', subject });
  return pipe(
    withinScopeOfHolder(state, command.by, subject),
    E.map(() => [
      { type: 'OperatorTokenIssued', data: { subject, sha256: token.sha256, expires: untilOf(command, state) } },
    ]),
  );
};

/** One's own, or, since stopping must be easy, anybody's for who may take roles away. */
const revoke = ({ by, subject, reason }: Of<'RevokeTokens'>, state: AccessState): Decided => {
  if (!state.operators.has(subject)) return E.left({ _tag: 'OperatorUnknown', subject });
  if (by.subject !== subject && !mayRole(by.role, 'ManageOperators')) return E.left({ _tag: 'NotYourName', subject });
  if (isLastTrustAdministrator(state, subject)) return E.left({ _tag: 'LastTrustAdministrator', subject });
  return pipe(
    withinScopeOfHolder(state, by, subject),
    E.map(() => [{ type: 'OperatorTokensRevoked', data: { subject, reason } }]),
  );
};

/** Whoever has a token or lost it since is not asked a file any more: an old copy of one would bring back what was taken. */
const takeOver = ({ by, tokens }: Of<'TakeOverTokens'>, state: AccessState): Decided => {
  if (by.role !== 'authority') return E.left({ _tag: 'NotYourName', subject: tokens[0]?.subject ?? '' });
  const { held, settled } = state.tokens;
  return E.right(
    tokens
      .filter(
        ({ subject, role, sha256 }) =>
          state.operators.get(subject)?.role === role && !settled.has(subject) && !held.has(sha256),
      )
      .map(({ subject, sha256 }) => ({ type: 'OperatorTokenTakenOver', data: { subject, sha256 } })),
  );
};

/** Which tokens of the authority's own are whose. */
export const decideToken = (
  command: Of<'IssueToken' | 'RevokeTokens' | 'TakeOverTokens'>,
  state: AccessState,
): Decided => {
  switch (command.type) {
    case 'IssueToken':
      return issue(command, state);
    case 'RevokeTokens':
      return revoke(command, state);
    case 'TakeOverTokens':
      return takeOver(command, state);
  }
};
