import type { OperatorRole } from './operator-role.js';
import type { Scope } from './scope.js';
import type { AccessState } from './state.js';

export interface TokenHolder {
  readonly subject: string;
  readonly role: OperatorRole;
  /** What the role is limited to. */
  readonly scope: Scope;
}

/**
 * Whom a token of the authority's own lets in now, by its SHA-256. The table is asked by digest, whose bits say nothing about a token
 * that is not known: how long it takes gives nothing away.
 */
export const holderOfToken = (
  { operators, tokens }: AccessState,
  sha256: string,
  now: string,
): TokenHolder | undefined => {
  const token = tokens.held.get(sha256);
  if (token === undefined || (token.expires !== null && token.expires <= now)) return undefined;
  const { subject } = token;
  const operator = operators.get(subject);
  return operator === undefined ? undefined : { subject, role: operator.role, scope: operator.scope };
};
