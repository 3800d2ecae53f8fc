import * as E from 'fp-ts/lib/Either.js';
import type { OperatorRole } from './operator-role.js';
import type { Scope } from './scope.js';
import type { ScopedRoleRule, TokenIssuer } from './token-issuer.js';

/** Somebody whom a token issuer vouches for, in this authority's words. */
export interface Identity {
  /** `issuer:account`; no operator's name has a colon. */
  readonly subject: string;
  /** Name of the token issuer. */
  readonly issuer: string;
  /** What the issuer calls the person; the same for all their accounts. */
  readonly person: string;
  readonly role: OperatorRole;
  /** What the role is limited to. */
  readonly scope: Scope;
}

export type IdentityFault =
  /** The issuer's settings name this claim; never its value, which may be anything. */
  { readonly _tag: 'ClaimUnfit'; readonly claim: string } | { readonly _tag: 'NoRoleMapped'; readonly issuer: string };

type Claims = Readonly<Record<string, unknown>>;

/** Visible ASCII: no name that looks like another one, none that drives a terminal. */
const ACCOUNT = /^[\u0021-\u007e]{1,95}$/;

const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const unescaped = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

const claimOf = (claims: Claims, name: string): unknown => {
  const steps = name.startsWith('/') ? name.slice(1).split('/').map(unescaped) : [name];
  return steps.reduce<unknown>(
    (value, step) => (isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined),
    claims,
  );
};

const fits =
  (claims: Claims) =>
  ({ claim, value }: ScopedRoleRule): boolean => {
    const given = claimOf(claims, claim);
    return given === value || (Array.isArray(given) && given.includes(value));
  };

const accountOf = (claims: Claims, claim: string): E.Either<IdentityFault, string> => {
  const value = claimOf(claims, claim);
  return typeof value === 'string' && ACCOUNT.test(value) ? E.right(value) : E.left({ _tag: 'ClaimUnfit', claim });
};

/** Who a token's holder is here. Only for claims whose signature, issuer, audience and time were checked. */
export const identityOf = (issuer: TokenIssuer, claims: Claims): E.Either<IdentityFault, Identity> => {
  const account = accountOf(claims, issuer.subjectClaim);
  if (E.isLeft(account)) return account;
  const person = accountOf(claims, issuer.personClaim);
  if (E.isLeft(person)) return person;
  const rule = issuer.roles.find(fits(claims));
  if (rule === undefined) return E.left({ _tag: 'NoRoleMapped', issuer: issuer.name });
  const { role, scope } = rule;
  return E.right({
    subject: `${issuer.name}:${account.right}`,
    issuer: issuer.name,
    person: person.right,
    role,
    scope,
  });
};
