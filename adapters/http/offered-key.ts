import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { PublicKey } from '../../domain/ports.js';
import type { OfferedKey } from '../../domain/reference/trust-endorsement-key.js';
import { parsePublicKeyPem } from '../crypto/node/public-key-pem.js';
import type { RequestError } from './request-error.js';

interface KeyBody {
  readonly certificate?: string | undefined;
  readonly publicKey?: string | undefined;
  readonly publicKeyDigest?: string | undefined;
}

const decodeError = (field: string, rule: string): RequestError => ({ _tag: 'DecodeError', faults: [{ field, rule }] });

const fault = (field: string, rule: string): E.Either<RequestError, never> => E.left(decodeError(field, rule));

const publicKeyOf = (pem: string): E.Either<RequestError, PublicKey> =>
  pipe(
    parsePublicKeyPem(pem),
    E.mapLeft((rule) => decodeError('publicKey', rule)),
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
    return pipe(
      certificateOf(body.certificate),
      E.map((certificate) => ({ certificate })),
    );
  }
  if (body.publicKey !== undefined)
    return pipe(
      publicKeyOf(body.publicKey),
      E.map((publicKey) => ({ publicKey })),
    );
  return body.publicKeyDigest === undefined
    ? fault('certificate', 'is missing; give it, or publicKey, or publicKeyDigest')
    : E.right({ publicKeyDigest: body.publicKeyDigest });
};
