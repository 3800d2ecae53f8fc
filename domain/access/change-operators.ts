import type { AuthorityDeps, Request } from '../authority-deps.js';
import { type AccessOutcome, executeAccess } from './access-stream.js';
import type { Identity } from './identity.js';
import type { OperatorRole } from './operator-role.js';
import type { OwnToken } from './own-token.js';
import type { Scope } from './scope.js';
import type { ApprovalPolicy } from './state.js';
import type { TokenIssuer } from './token-issuer.js';

type Change<Input> = (deps: AuthorityDeps) => (input: Request & Input) => AccessOutcome;

/** Records who may act, and the digest of the token that was made for them. Who approved it vouches for the person. */
export const grantOperator: Change<{
  readonly subject: string;
  readonly role: OperatorRole;
  readonly person?: string | undefined;
  /** What the role is limited to; null, or left out: nothing. */
  readonly scope?: Scope | undefined;
  readonly token?: OwnToken | undefined;
}> = (deps) => (input) => {
  const { by, commandId, subject, role, person, scope = null, token } = input;
  const vouchedBy = deps.approvalOf?.(commandId)?.by;
  return executeAccess(deps)(input, { type: 'GrantOperator', by, subject, role, person, scope, token, vouchedBy });
};

/** A second person says that a name is its own person's: until then it counts as the person who gave it. */
export const confirmOperator: Change<{ readonly subject: string }> = (deps) => (input) => {
  const { by, subject } = input;
  return executeAccess(deps)(input, { type: 'ConfirmOperator', by, subject });
};

export const withdrawOperator: Change<{ readonly subject: string; readonly reason: string }> = (deps) => (input) => {
  const { by, subject, reason } = input;
  return executeAccess(deps)(input, { type: 'WithdrawOperator', by, subject, reason });
};

/** Who approved it vouches for what the issuer says of its people. */
export const trustTokenIssuer: Change<{ readonly settings: TokenIssuer }> = (deps) => (input) => {
  const { by, commandId, settings } = input;
  const vouchedBy = deps.approvalOf?.(commandId)?.by;
  return executeAccess(deps)(input, { type: 'TrustTokenIssuer', by, settings, vouchedBy });
};

/** A second person says that the issuer tells people apart: until then none of its people is a second one. */
export const confirmTokenIssuer: Change<{ readonly name: string }> = (deps) => (input) => {
  const { by, name } = input;
  return executeAccess(deps)(input, { type: 'ConfirmTokenIssuer', by, name });
};

export const removeTokenIssuer: Change<{ readonly name: string; readonly reason: string }> = (deps) => (input) => {
  const { by, name, reason } = input;
  return executeAccess(deps)(input, { type: 'RemoveTokenIssuer', by, name, reason });
};

/** Before anything that somebody with an issuer's token does: who they are must be in the ledger first. */
export const introduceIdentity: Change<{ readonly identity: Identity }> = (deps) => (input) => {
  const { by, identity } = input;
  return executeAccess(deps)(input, { type: 'IntroduceIdentity', by, identity });
};

export const changeApprovalPolicy: Change<ApprovalPolicy> = (deps) => (input) => {
  const { by, commandId, operations, lifetimeSeconds, breakGlass } = input;
  const vouchedBy = deps.approvalOf?.(commandId)?.by;
  const policy = { operations, lifetimeSeconds, breakGlass };
  return executeAccess(deps)(input, { type: 'ChangeApprovalPolicy', by, vouchedBy, ...policy });
};
