import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Instant, ListUpTo, Sha256Hex, Text } from '../encoding/primitives.js';
import { ClaimName, type TokenIssuer } from './token-issuer.js';

/** Certificates in the evidence store, the signing one first, each signed by the next. `notAfter`: when the first of them ends. */
export const PrincipalChain = closed(
  { certificates: ListUpTo(Sha256Hex, 16), subject: Text(1024), notAfter: Instant },
  'PrincipalChain',
);
export type PrincipalChain = t.TypeOf<typeof PrincipalChain>;

const Holder = closed({ kind: t.keyof({ user: null, group: null }), name: Text(256) }, 'Holder');

/** How its tokens, in JWT form, say who somebody is. */
const PrincipalTokens = closed(
  { audience: Text(512), subjectClaim: ClaimName, groupsClaim: ClaimName },
  'PrincipalTokens',
);

export const principalFields = {
  /** What its tokens say as their issuer. */
  issuer: Text(512),
  /** Whom of it is meant: one user, such as a management server's own, or everybody in a group. */
  holder: Holder,
  /** Null: its tokens let nobody in. */
  tokens: t.union([t.null, PrincipalTokens]),
};

/** Part of the workload side that the authority knows by the certificates of its token issuer. */
export interface Principal {
  readonly name: string;
  readonly issuer: string;
  readonly holder: t.TypeOf<typeof Holder>;
  readonly tokens: t.TypeOf<typeof PrincipalTokens> | null;
  readonly chain: PrincipalChain;
  /** What was replaced, and counts for a while longer. */
  readonly previous: { readonly chain: PrincipalChain; readonly until: string } | null;
}

/** Its tokens make workload administrators and nothing else, whatever they say. Undefined: they let nobody in. */
export const tokenRulesOf = ({ name, issuer, holder, tokens }: Principal): TokenIssuer | undefined =>
  tokens === null
    ? undefined
    : {
        name,
        issuer,
        audience: tokens.audience,
        keysUrl: null,
        algorithms: ['ES256', 'ES384', 'PS256', 'RS256'],
        subjectClaim: tokens.subjectClaim,
        personClaim: tokens.subjectClaim,
        skewSeconds: 30,
        roles: [
          {
            claim: holder.kind === 'user' ? tokens.subjectClaim : tokens.groupsClaim,
            value: holder.name,
            role: 'workload-administrator',
            scope: null,
          },
        ],
      };

/** Digests of the certificates whose keys may have signed a token now. */
export const signingCertificatesOf = ({ chain, previous }: Principal, now: string): ReadonlyArray<string> =>
  [chain, ...(previous !== null && now < previous.until ? [previous.chain] : [])].flatMap(({ certificates }) =>
    certificates.slice(0, 1),
  );
