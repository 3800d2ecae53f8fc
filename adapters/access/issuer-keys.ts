import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import type { TokenIssuer } from '../../domain/access/token-issuer.js';
import { KeyUrl } from '../../domain/access/token-issuer.js';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import { parseJson } from '../../domain/encoding/json.js';
import { ListUpTo } from '../../domain/encoding/primitives.js';
import { get } from '../net/bounded-fetch.js';

/** The issuer does not answer, or not with keys. Whether a token is good can't be said: it is not let in. */
export class IssuerUnreachable extends Error {}

const LIMITS = { millis: 5_000, mostBytes: 262_144 };
/** Keys that the issuer took back are believed no longer than this. */
const KEPT_MS = 600_000;
/** A token with a key id that nobody knows makes us ask the issuer again, at most this often. */
const ASK_AGAIN_MS = 30_000;
/** After a failure the issuer is left alone for so long: tokens of strangers must not make us call. */
const LEFT_ALONE_MS = 5_000;

const KeySet = t.type({ keys: ListUpTo(t.UnknownRecord, 64) });
const Discovery = t.type({ issuer: t.string, jwks_uri: KeyUrl });

const document = async (url: string): Promise<unknown> => {
  const answer = await get(url, LIMITS)();
  if (E.isLeft(answer)) throw new IssuerUnreachable(answer.left.detail);
  if (answer.right.status !== 200) throw new IssuerUnreachable(`status ${String(answer.right.status)}`);
  const read = parseJson(fromUtf8(answer.right.body) ?? '');
  if (E.isLeft(read)) throw new IssuerUnreachable('no JSON');
  return read.right;
};

const keySet = async (url: string): Promise<Response> => {
  const body = await document(url);
  if (!KeySet.is(body)) throw new IssuerUnreachable('no key set of at most 64 keys');
  return Response.json(body);
};

/** OpenID Connect Discovery 1.0, 4.3: the document must be about the very issuer that was asked for. */
const discovered = async (issuer: string): Promise<string> => {
  const body = await document(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (!Discovery.is(body) || body.issuer !== issuer)
    throw new IssuerUnreachable('no discovery document of this issuer');
  return body.jwks_uri;
};

const leavingAlone = (now: () => number): (<A>(work: () => Promise<A>) => Promise<A>) => {
  let failed: number | undefined;
  return async (work) => {
    if (failed !== undefined && now() < failed + LEFT_ALONE_MS) throw new IssuerUnreachable('asked a moment ago');
    try {
      return await work();
    } catch (error) {
      failed = now();
      throw error;
    }
  };
};

/** The keys of one issuer, fetched when a token needs them and kept for a while. `now`: a clock that never goes back. */
export const issuerKeys = ({ issuer, keysUrl }: TokenIssuer, now: () => number): JWTVerifyGetKey => {
  const carefully = leavingAlone(now);
  let keys: JWTVerifyGetKey | undefined;
  let found = -Infinity;
  const fresh = async (): Promise<JWTVerifyGetKey> => {
    if (keys !== undefined && (keysUrl !== null || now() < found + KEPT_MS)) return keys;
    const url = keysUrl ?? (await carefully(() => discovered(issuer)));
    found = now();
    keys = createRemoteJWKSet(new URL(url), {
      timeoutDuration: LIMITS.millis,
      cooldownDuration: ASK_AGAIN_MS,
      cacheMaxAge: KEPT_MS,
      [customFetch]: (asked) => carefully(() => keySet(asked)),
    });
    return keys;
  };
  return async (header, token) => (await fresh())(header, token);
};
