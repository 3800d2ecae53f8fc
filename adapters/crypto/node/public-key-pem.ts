import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromBase64, isBase64 } from '../../../domain/encoding/bytes.js';
import type { PublicKey } from '../../../domain/ports.js';
import { decode } from './asn1.js';
import { publicKeyOf } from './subject-public-key.js';

const PEM_CAP = 4096;
/** Nothing else: the platform's own loader would take a private key too, which must not even be sent. */
const PEM = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]*)-----END PUBLIC KEY-----\s*$/;

const NOT_PEM = 'must be a public key in PEM (BEGIN PUBLIC KEY)';

/** One bare public key (SubjectPublicKeyInfo) of a kind that TPMs have. */
export const parsePublicKeyPem = (pem: string): E.Either<string, PublicKey> => {
  const text = (pem.length > PEM_CAP ? undefined : PEM.exec(pem)?.[1])?.replace(/\s/g, '');
  if (text === undefined || !isBase64(text)) return E.left(NOT_PEM);
  return pipe(
    E.tryCatch(
      () => publicKeyOf(decode(fromBase64(text), 'public key')),
      () => NOT_PEM,
    ),
    E.flatMap(E.fromNullable('must be an RSA key or one on P-256, P-384 or P-521')),
  );
};
