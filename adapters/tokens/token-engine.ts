import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type CryptoKey, compactVerify, importJWK, type JWK } from 'jose';
import { fromBase64Url, toBase64Url } from '../../domain/encoding/base64url.js';
import { fromUtf8, utf8 } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import type { TokenEngine, TokenForged } from '../../domain/key-service-deps.js';
import type { EventSigner, SignerUnavailable } from '../../domain/ports.js';
import { TokenClaims } from '../../domain/token/claims.js';

/** The token key as everybody may have it. */
export interface TokenKey {
  readonly kid: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

export const MOST_TOKEN_CHARACTERS = 4096;
const TYPE = 'eat+jwt';

/** How authorities are called in their tokens: by the key that others pin. */
export const issuerOf = (authorityKid: string): string => `urn:sekisho:${authorityKid}`;

/** A JSON Web Key (RFC 8037), as in a key set. */
export const jwkOf = ({ kid, publicKey }: TokenKey): JWK => ({
  kty: 'OKP',
  crv: 'Ed25519',
  alg: 'EdDSA',
  use: 'sig',
  kid,
  x: toBase64Url(publicKey),
});

const part = (value: unknown): string => toBase64Url(utf8(JSON.stringify(value)));

/** RFC 7515, 7.1. The key is one that only signs: no library is given it. */
const sign = (signer: EventSigner, claims: TokenClaims): TE.TaskEither<SignerUnavailable, string> => {
  const input = `${part({ alg: 'EdDSA', kid: signer.kid, typ: TYPE })}.${part(claims)}`;
  return pipe(
    signer.sign(utf8(input)),
    TE.map((signature) => `${input}.${toBase64Url(signature)}`),
  );
};

const FORGED: TokenForged = { _tag: 'TokenForged' };

const claimsOf = (payload: Uint8Array): E.Either<TokenForged, TokenClaims> =>
  pipe(
    E.fromNullable<unknown>(FORGED)(fromUtf8(payload)),
    E.flatMap((text) => parseJson(text)),
    E.flatMap(decode(TokenClaims)),
    E.mapLeft(() => FORGED),
  );

/** The library reads base64url generously: a second spelling of a token would be another token to whoever compares them. */
const isSpeltRight = (token: string): boolean => token.split('.').every((each) => fromBase64Url(each) !== undefined);

const open = async (keys: ReadonlyArray<TokenKey>, token: string): Promise<E.Either<TokenForged, TokenClaims>> => {
  if (token.length > MOST_TOKEN_CHARACTERS || !isSpeltRight(token)) return E.left(FORGED);
  try {
    const find = async ({ kid }: { readonly kid?: string | undefined }): Promise<CryptoKey> => {
      const found = keys.find((key) => key.kid === kid);
      if (found === undefined) throw new Error('unknown key');
      return (await importJWK(jwkOf(found), 'EdDSA')) as CryptoKey;
    };
    const { payload, protectedHeader } = await compactVerify(token, find, { algorithms: ['EdDSA'] });
    return protectedHeader.typ === TYPE ? claimsOf(payload) : E.left(FORGED);
  } catch {
    return E.left(FORGED);
  }
};

/** Keys may follow each other while the authority runs. `keys` are those whose tokens count, the signer's among them. */
export const makeTokenEngine = (
  issuer: string,
  signer: () => EventSigner,
  keys: () => ReadonlyArray<TokenKey>,
): TokenEngine => ({
  issuer,
  sign: (claims) => sign(signer(), claims),
  open: (token) =>
    pipe(
      TE.fromTask<E.Either<TokenForged, TokenClaims>>(() => open(keys(), token)),
      TE.flatMapEither((opened) => opened),
    ),
});
