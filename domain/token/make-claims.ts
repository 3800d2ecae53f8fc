import { toBase64Url } from '../encoding/base64url.js';
import { instantOf, millisOf } from '../encoding/instant.js';
import type { CurrentVerdict } from '../host/current-verdict.js';
import { audienceOf, EAR_PROFILE, type TokenClaims } from './claims.js';
import { type TokenKind, tokenIdOf } from './token-kind.js';

export interface TokenRequest {
  readonly issuer: string;
  readonly kind: TokenKind;
  readonly host: string;
  readonly verdict: CurrentVerdict;
  /** The X25519 key that the verdict's quote vouched for. */
  readonly wrappingKey: Uint8Array | undefined;
  readonly now: string;
  readonly lifetimeSeconds: number;
}

const AFFIRMING = 2;
const seconds = (instant: string): number => Math.floor(millisOf(instant) / 1000);

/** The moment from which a token counts no more, as its decision reads it. */
export const expiryOf = ({ exp }: TokenClaims): string => instantOf(exp * 1000);

/** Never longer than the verdict counts. */
export const makeClaims = (request: TokenRequest): TokenClaims => {
  const { issuer, kind, host, verdict, wrappingKey, now, lifetimeSeconds } = request;
  const { id, index, revision, basis } = verdict;
  return {
    eat_profile: EAR_PROFILE,
    ear_verifier_id: { developer: 'Sekisho', build: issuer },
    submods: {
      boot: {
        ear_status: 'affirming',
        ear_trustworthiness_vector: {
          'instance-identity': AFFIRMING,
          configuration: AFFIRMING,
          executables: AFFIRMING,
        },
        ear_appraisal_policy_ids: [`${issuer}:${basis.stream}@${String(basis.revision)}`],
      },
    },
    iss: issuer,
    sub: host,
    aud: audienceOf(issuer, kind),
    iat: seconds(now),
    exp: Math.min(seconds(now) + lifetimeSeconds, seconds(verdict.notAfter)),
    jti: tokenIdOf(kind, id),
    sekisho: { use: kind, index, revision },
    ...(wrappingKey === undefined
      ? {}
      : { cnf: { jwk: { kty: 'OKP' as const, crv: 'X25519' as const, x: toBase64Url(wrappingKey) } } }),
  };
};
