import type { HeldAccount } from './account.js';
import type { ClientCertificate } from './client-certificate.js';
import type { Identity } from './identity.js';
import type { OperatorRole } from './operator-role.js';
import { type Principal, tokenRulesOf } from './principal.js';
import { type Scope, sameScope } from './scope.js';
import type { TokenIssuer } from './token-issuer.js';

export interface Operator {
  readonly role: OperatorRole;
  /** Whose name it was said to be when it was granted. */
  readonly claimed: string;
  readonly scope: Scope;
}

export interface ApprovalPolicy {
  readonly operations: ReadonlyArray<string>;
  readonly lifetimeSeconds: number;
  /** Who may carry out alone what needs two people. */
  readonly breakGlass: ReadonlyArray<string>;
}

/** An issuer whose tokens count. */
export interface TrustedIssuer {
  readonly settings: TokenIssuer;
  /** Who trusted it. */
  readonly giver: string;
  /** Whether a second person did so too: until then nobody of its people is another person than anybody. */
  readonly vouched: boolean;
}

/** A certificate whose holder is this operator. */
export interface BoundCertificate {
  readonly id: string;
  readonly subject: string;
  readonly certificate: ClientCertificate;
}

/** Tokens of the authority's own that open something. */
export interface OwnTokens {
  /** By digest. */
  readonly held: ReadonlyMap<string, { readonly subject: string; readonly expires: string | null }>;
  /** Whose tokens the ledger alone decides; of anybody else a list from before tokens were in the ledger counts. */
  readonly settled: ReadonlySet<string>;
}

/** Who holds which role now, and who they are. */
export interface AccessState {
  readonly operators: ReadonlyMap<string, Operator>;
  readonly issuers: ReadonlyMap<string, TrustedIssuer>;
  /** By subject: who came with a token of an issuer and did something. */
  readonly identities: ReadonlyMap<string, Identity>;
  readonly principals: ReadonlyMap<string, Principal>;
  /** By id. */
  readonly certificates: ReadonlyMap<string, BoundCertificate>;
  /** By account: those that were offered or bound. */
  readonly accounts: ReadonlyMap<string, HeldAccount>;
  readonly tokens: OwnTokens;
  /** By subject, of everybody who ever held a role: the person that they count as. */
  readonly persons: ReadonlyMap<string, string>;
  readonly approvals: ApprovalPolicy;
}

const A_DAY = 86_400;

export const noOperators: AccessState = {
  operators: new Map(),
  issuers: new Map(),
  identities: new Map(),
  principals: new Map(),
  certificates: new Map(),
  accounts: new Map(),
  tokens: { held: new Map(), settled: new Set() },
  persons: new Map(),
  approvals: { operations: [], lifetimeSeconds: A_DAY, breakGlass: [] },
};

/** Who says that a person is one: the ledger's own operators, or a token issuer. */
const sourceOf = (person: string): string => person.slice(0, person.indexOf(':') + 1);

/** Who a subject counts as: two subjects of one person never make two people. Whom an issuer alone knows could be anybody. */
export const personOf = ({ persons }: Pick<AccessState, 'persons'>, subject: string): string =>
  persons.get(subject) ?? (sourceOf(subject) || subject);

const couldBeAnybody = (person: string): boolean => person.endsWith(':');

/**
 * Two people only if it is certain: those of different sources can't be told apart, since nobody says that an issuer's `jdoe` is
 * not the operator `alice`.
 */
export const mayBeOnePerson = (state: Pick<AccessState, 'persons'>, one: string, other: string): boolean => {
  const [a, b] = [personOf(state, one), personOf(state, other)];
  return a === b || sourceOf(a) !== sourceOf(b) || couldBeAnybody(a) || couldBeAnybody(b);
};

/** What a subject may do now, and to what. */
export interface Standing {
  readonly role: OperatorRole;
  readonly scope: Scope;
}

/** Undefined: no role. Of somebody with an issuer's tokens: what they last showed, while the issuer may still give it. */
export const standingOf = (state: AccessState, subject: string): Standing | undefined => {
  const { operators, identities, issuers, principals } = state;
  const operator = operators.get(subject);
  if (operator !== undefined) return { role: operator.role, scope: operator.scope };
  const shown = identities.get(subject);
  if (shown === undefined) return undefined;
  const { issuer, role, scope } = shown;
  const principal = principals.get(issuer);
  const rules = issuers.get(issuer)?.settings ?? (principal === undefined ? undefined : tokenRulesOf(principal));
  const given = rules?.roles.some((rule) => rule.role === role && sameScope(rule.scope, scope));
  return given === true ? { role, scope } : undefined;
};
