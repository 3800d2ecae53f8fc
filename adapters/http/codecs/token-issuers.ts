import * as t from 'io-ts';
import { Scope } from '../../../domain/access/scope.js';
import { ClaimName, IssuerName, issuerFields, RoleRule } from '../../../domain/access/token-issuer.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { ListUpTo } from '../../../domain/encoding/primitives.js';
import { AsOf } from './answers.js';
import { lateField } from './late-field.js';
import { Act, ReasonedAct } from './reads.js';

export const IssuerPath = closed({ name: IssuerName }, 'IssuerPath');

const { issuer, audience, keysUrl, algorithms, subjectClaim, personClaim, skewSeconds } = issuerFields;

/** A rule without a scope gives its role for the whole authority. */
const GivenRule = closedWith(RoleRule.type.props, { scope: Scope }, 'RoleRule');

/** What is left out is `sub`, the discovery document's keys, 30 s of skew, and every algorithm that most issuers use. */
export const TrustTokenIssuer = closedWith(
  { issuer, audience, roles: ListUpTo(GivenRule, 64) },
  { keysUrl, algorithms, subjectClaim, personClaim, skewSeconds },
  'TrustTokenIssuer',
);
export type TrustTokenIssuer = t.TypeOf<typeof TrustTokenIssuer>;

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

const TokenIssuerView = t.type(
  {
    name: IssuerName,
    issuer: t.string,
    audience: t.string,
    keysUrl: orNull(t.string),
    algorithms: t.readonlyArray(t.string),
    subjectClaim: ClaimName,
    personClaim: ClaimName,
    skewSeconds: t.number,
    roles: t.readonlyArray(t.type({ claim: t.string, value: t.string, role: t.string, scope: Scope })),
    trusted: Act,
    confirmedBy: orNull(t.string),
    removed: orNull(ReasonedAct),
  },
  'TokenIssuerView',
);

export const TokenIssuersAnswer = t.type(
  {
    asOf: AsOf,
    tokenIssuers: t.readonlyArray(TokenIssuerView),
    /** Who came with a token of one of them and did something. */
    identities: t.readonlyArray(
      t.type({ subject: t.string, issuer: t.string, person: t.string, role: t.string, scope: Scope, introduced: Act }),
    ),
  },
  'TokenIssuersAnswer',
);

export const WhoAmI = t.type(
  {
    asOf: AsOf,
    subject: t.string,
    role: t.string,
    scope: lateField(Scope, null),
    /** Whom the name counts as where two people are needed; null: it could be anybody, so it never makes a second one. */
    person: orNull(t.string),
    via: t.string,
    /** The account of a token issuer with which an operator came. */
    account: lateField(orNull(t.string), null),
    permissions: t.readonlyArray(t.string),
  },
  'WhoAmI',
);
