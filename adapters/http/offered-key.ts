import { createPublicKey, type JsonWebKey } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { EccCurve, PublicKey } from '../../domain/ports.js';
import type { OfferedKey } from '../../domain/reference/trust-endorsement-key.js';
import type { RequestError } from './request-error.js';

interface KeyBody {
  readonly certificate?: string | undefined;
  readonly publicKey?: string | undefined;
  readonly publicKeyDigest?: string | undefined;
}

const bytes = (text: string | undefined): Uint8Array => new Uint8Array(Buffer.from(text ?? '', 'base64url'));

const isCurve = (name: string | undefined): name is EccCurve => ['P-256', 'P-384', 'P-521'].includes(name ?? '');

const decodeError = (field: string, rule: string): RequestError => ({ _tag: 'DecodeError', faults: [{ field, rule }] });

const fault = (field: string, rule: string): E.Either<RequestError, never> => E.left(decodeError(field, rule));

const jwkOf = (pem: string): E.Either<RequestError, JsonWebKey> =>
  E.tryCatch(
    () => createPublicKey({ key: pem, format: 'pem' }).export({ format: 'jwk' }),
    () => decodeError('publicKey', 'must be a public key in PEM (BEGIN PUBLIC KEY)'),
  );

const publicKeyOf = (pem: string): E.Either<RequestError, PublicKey> =>
  pipe(
    jwkOf(pem),
    E.flatMap((jwk): E.Either<RequestError, PublicKey> => {
      if (jwk.kty === 'RSA') {
        const exponent = Number.parseInt(Buffer.from(bytes(jwk.e)).toString('hex'), 16);
        return E.right({ kty: 'rsa', modulus: bytes(jwk.n), exponent });
      }
      return isCurve(jwk.crv) && jwk.kty === 'EC'
        ? E.right({ kty: 'ecc', curve: jwk.crv, x: bytes(jwk.x), y: bytes(jwk.y) })
        : fault('publicKey', 'must be an RSA key or one on P-256, P-384 or P-521');
    }),
  );

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

const certificateOf = (pem: string): E.Either<RequestError, Uint8Array> => {
  const [only, ...others] = [...pem.matchAll(PEM)].map((match) => match[1] ?? '');
  return only === undefined || others.length > 0
    ? fault('certificate', 'must be one certificate in PEM (BEGIN CERTIFICATE)')
    : E.right(new Uint8Array(Buffer.from(only, 'base64')));
};

/** The key that a body names in one of its three forms. */
export const offeredKeyOf = (body: KeyBody): E.Either<RequestError, OfferedKey> => {
  if (body.certificate !== undefined) {
    return pipe(certificateOf(body.certificate), E.map((certificate) => ({ certificate })));
  }
  if (body.publicKey !== undefined) return pipe(publicKeyOf(body.publicKey), E.map((publicKey) => ({ publicKey })));
  return body.publicKeyDigest === undefined
    ? fault('certificate', 'is missing; give it, or publicKey, or publicKeyDigest')
    : E.right({ publicKeyDigest: body.publicKeyDigest });
};
