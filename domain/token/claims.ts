import * as t from 'io-ts';
import { closed, closedWith } from '../encoding/closed.js';
import { SafeInt, Text } from '../encoding/primitives.js';
import { HostId } from '../host/host-id.js';
import { TokenKind } from './token-kind.js';

/** draft-ietf-rats-ear-04, which names its claims so in JSON. */
export const EAR_PROFILE = 'tag:ietf.org,2026:rats/ear#04';

/** An X25519 public key (RFC 8037). */
const WrappingJwk = closed({ kty: t.literal('OKP'), crv: t.literal('X25519'), x: Text(43) }, 'WrappingJwk');

const Appraisal = closed(
  {
    ear_status: t.literal('affirming'),
    /** AR4SI: 2 is *affirming*. Only what a quote of a boot can say. */
    ear_trustworthiness_vector: closed(
      { 'instance-identity': SafeInt, configuration: SafeInt, executables: SafeInt },
      'TrustworthinessVector',
    ),
    /** Reference values and policy, by stream and revision. */
    ear_appraisal_policy_ids: t.readonlyArray(Text(256)),
  },
  'Appraisal',
);

/** An attestation result as a token: JWT (RFC 7519) with EAT (RFC 9711) and EAR claims. */
export const TokenClaims = closedWith(
  {
    eat_profile: t.literal(EAR_PROFILE),
    ear_verifier_id: closed({ developer: Text(128), build: Text(128) }, 'VerifierId'),
    submods: closed({ boot: Appraisal }, 'Submodules'),
    iss: Text(128),
    sub: HostId,
    aud: Text(160),
    iat: SafeInt,
    exp: SafeInt,
    jti: Text(64),
    /** What the ledger knows the verdict by. */
    sekisho: closed({ use: TokenKind, index: SafeInt, revision: SafeInt }, 'SekishoClaims'),
  },
  { cnf: closed({ jwk: WrappingJwk }, 'Confirmation') },
  'TokenClaims',
);
export type TokenClaims = t.TypeOf<typeof TokenClaims>;

/** Whom a kind of token is for. */
export const audienceOf = (issuer: string, kind: TokenKind): string =>
  `${issuer}:${kind === 'key-access' ? 'key-service' : 'reporting'}`;
