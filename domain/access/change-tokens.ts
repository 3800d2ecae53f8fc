import type { AuthorityDeps, Request } from '../authority-deps.js';
import { type AccessOutcome, executeAccess } from './access-stream.js';
import type { OperatorRole } from './operator-role.js';
import type { OwnToken } from './own-token.js';

type Change<Input> = (deps: AuthorityDeps) => (input: Request & Input) => AccessOutcome;

/** The token itself is made and shown outside; earlier ones of the subject end. `vouchedBy`: who approved that the name is given. */
export const issueToken: Change<{
  readonly subject: string;
  readonly token: OwnToken;
  readonly vouchedBy: string | undefined;
}> = (deps) => (input) => {
  const { by, subject, token, vouchedBy } = input;
  return executeAccess(deps)(input, { type: 'IssueToken', by, subject, token, vouchedBy });
};

export const revokeTokens: Change<{ readonly subject: string; readonly reason: string }> = (deps) => (input) => {
  const { by, subject, reason } = input;
  return executeAccess(deps)(input, { type: 'RevokeTokens', by, subject, reason });
};

/** What a node's file knew before tokens were in the ledger. By the authority itself: whoever else could name digests could be anybody. */
export const takeOverTokens: Change<{
  readonly tokens: ReadonlyArray<{ readonly subject: string; readonly role: OperatorRole; readonly sha256: string }>;
}> = (deps) => (input) => {
  const { by, tokens } = input;
  return executeAccess(deps)(input, { type: 'TakeOverTokens', by, tokens });
};
