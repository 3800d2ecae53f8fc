import type { OperatorRole } from './operator-role.js';
import type { AccessState } from './state.js';

export interface TokenHolder {
  readonly subject: string;
  readonly role: OperatorRole;
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
  const role = operators.get(token.subject)?.role;
  return role === undefined ? undefined : { subject: token.subject, role };
};
