import { type KeyObject, X509Certificate } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { TokenIssuer } from '../../domain/access/token-issuer.js';
import { IssuerUnreachable, issuerKeys } from './issuer-keys.js';

export type TokenFault =
  /** `rule` never repeats what the token holds. */
  | { readonly _tag: 'TokenRefused'; readonly rule: string }
  | { readonly _tag: 'TokenIssuerUnreachable'; readonly name: string };

export interface VerifiedToken {
  readonly issuer: TokenIssuer;
  readonly claims: JWTPayload;
}

export interface TokenSource {
  readonly settings: TokenIssuer;
  /** Certificates, DER, one of whose keys must have signed; undefined: the issuer is asked for its keys. */
  readonly certificates?: () => Promise<ReadonlyArray<Uint8Array>>;
}

/** Checks a token against the sources that are trusted now; `now` is the authority's time. */
export type VerifyToken = (
  token: string,
  sources: ReadonlyArray<TokenSource>,
  now: string,
) => Promise<E.Either<TokenFault, VerifiedToken>>;

const refused = (rule: string): TokenFault => ({ _tag: 'TokenRefused', rule });

/** Access and identity tokens; a token that says it is something else was made for something else. */
const TYPES = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

const RULES: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'is expired',
  ERR_JOSE_ALG_NOT_ALLOWED: 'is signed with an algorithm that its issuer was not trusted with',
  ERR_JWKS_NO_MATCHING_KEY: 'is signed with a key that its issuer does not name',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: "does not say which of the issuer's keys signed it",
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "has a signature that is not its issuer's",
};

const ruleOf = (error: unknown): string => {
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === 'aud' ? 'is for another audience' : `has an unfit claim (${error.claim.slice(0, 16)})`;
  return (error instanceof errors.JOSEError ? RULES[error.code] : undefined) ?? 'is no signed token that can be read';
};

/** Not believed yet: only says whose keys to try. */
const claimedIssuer = (token: string): string | undefined => {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
};

const verified = async (
  token: string,
  issuer: TokenIssuer,
  key: JWTVerifyGetKey | KeyObject,
  now: string,
): Promise<E.Either<TokenFault, VerifiedToken>> => {
  try {
    const getKey: JWTVerifyGetKey = typeof key === 'function' ? key : () => key;
    const { payload, protectedHeader } = await jwtVerify(token, getKey, {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: [...issuer.algorithms],
      clockTolerance: issuer.skewSeconds,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    });
    const fits = TYPES.has((protectedHeader.typ ?? 'jwt').toLowerCase());
    return fits ? E.right({ issuer, claims: payload }) : E.left(refused('is of a type that lets nobody in'));
  } catch (error) {
    // What is not about the token is about reaching the issuer.
    const unreachable =
      error instanceof IssuerUnreachable || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
    return E.left(unreachable ? { _tag: 'TokenIssuerUnreachable', name: issuer.name } : refused(ruleOf(error)));
  }
};

/** Which of the keys signed it is not said by everybody: each is tried. */
const byCertificates = async (
  token: string,
  issuer: TokenIssuer,
  certificates: ReadonlyArray<Uint8Array>,
  now: string,
): Promise<E.Either<TokenFault, VerifiedToken>> => {
  let outcome: E.Either<TokenFault, VerifiedToken> = E.left(refused('has an issuer whose certificates are over'));
  for (const der of certificates) {
    outcome = await verified(token, issuer, new X509Certificate(der).publicKey, now);
    if (E.isRight(outcome)) return outcome;
  }
  return outcome;
};

/** Keys are kept for as long as an issuer's settings stay the same. `monotonic`: milliseconds that never go back. */
export const tokenVerifier = (monotonic: () => number): VerifyToken => {
  const kept = new Map<string, { readonly settings: string; readonly key: JWTVerifyGetKey }>();
  const keyOf = (issuer: TokenIssuer): JWTVerifyGetKey => {
    const settings = JSON.stringify(issuer);
    const held = kept.get(issuer.name);
    if (held?.settings === settings) return held.key;
    const key = issuerKeys(issuer, monotonic);
    kept.set(issuer.name, { settings, key });
    return key;
  };
  return async (token, sources, now) => {
    const issuer = claimedIssuer(token);
    const source = sources.find(({ settings }) => settings.issuer === issuer);
    if (source === undefined) return E.left(refused('is of an issuer that is not trusted'));
    const { settings, certificates } = source;
    if (certificates === undefined) return verified(token, settings, keyOf(settings), now);
    return byCertificates(token, settings, await certificates(), now);
  };
};
