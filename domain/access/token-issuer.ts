import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { ListUpTo, SafeInt, Text } from '../encoding/primitives.js';
import { OperatorRole } from './operator-role.js';
import { Scope } from './scope.js';

/** Public-key signatures only: a shared secret, or none, would let whoever verifies also sign. */
export const TokenAlgorithm = t.keyof({
  ES256: null,
  ES384: null,
  ES512: null,
  Ed25519: null,
  EdDSA: null,
  PS256: null,
  PS384: null,
  PS512: null,
  RS256: null,
  RS384: null,
  RS512: null,
});
export type TokenAlgorithm = t.TypeOf<typeof TokenAlgorithm>;

const matching = (name: string, pattern: RegExp, most: number): t.Type<string> => {
  const is = (u: unknown): u is string => typeof u === 'string' && u.length <= most && pattern.test(u);
  return new t.Type(name, is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c)), t.identity);
};

/** What the authority calls a token issuer; subjects of its tokens begin with it. */
export const IssuerName = matching('IssuerName(a-z, 0-9, -)', /^[a-z][a-z0-9-]{0,31}$/, 32);

/** Where keys come from must be certain: TLS, or this machine. */
export const KeyUrl = matching(
  'KeyUrl(https, or http on this machine)',
  /^(?:https:\/\/[\w.[\]:-]+|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?)(?:\/[\w.~%:!$&'()*+,;=/-]*)?$/,
  512,
);

/** A top-level claim, or a JSON pointer (RFC 6901) such as `/realm_access/roles`. */
export const ClaimName = Text(128);

/** Whoever's claim is this text, or a list that holds it, has the role. */
const ruleFields = { claim: ClaimName, value: Text(256), role: OperatorRole };
export const RoleRule = closed(ruleFields, 'RoleRule');

/** The same, and what the role is limited to. */
export const ScopedRoleRule = closed({ ...ruleFields, scope: Scope }, 'ScopedRoleRule');
export type ScopedRoleRule = t.TypeOf<typeof ScopedRoleRule>;

const A_FEW_MINUTES = 300;

export const issuerFields = {
  /** Exactly what tokens say as `iss`. */
  issuer: KeyUrl,
  /** Tokens for anybody else are refused. */
  audience: Text(512),
  /** Null: what the issuer's discovery document names (OpenID Connect Discovery 1.0). */
  keysUrl: t.union([t.null, KeyUrl]),
  algorithms: t.refinement(ListUpTo(TokenAlgorithm, 11), (list) => list.length > 0, 'Algorithms(1 to 11)'),
  /** Which claim tells one user from another, for ever. */
  subjectClaim: ClaimName,
  /** Which claim is the same for all accounts of one person. */
  personClaim: ClaimName,
  /** How far the issuer's clock may be from ours. */
  skewSeconds: t.refinement(SafeInt, (n) => n <= A_FEW_MINUTES, 'Skew(0 to 300 s)'),
  /** The first that fits gives the role; without one there is none. */
  roles: ListUpTo(ScopedRoleRule, 64),
};

/** Whose tokens let people in, and as what. */
export const TokenIssuer = closed({ name: IssuerName, ...issuerFields }, 'TokenIssuer');
export type TokenIssuer = t.TypeOf<typeof TokenIssuer>;
