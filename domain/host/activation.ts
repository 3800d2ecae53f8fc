import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { equalBytes, fromBase64, fromUtf8, isBase64, toBase64, utf8 } from '../encoding/bytes.js';
import { closed } from '../encoding/closed.js';
import { decode } from '../encoding/explain.js';
import type { Json } from '../encoding/json.js';
import { Base64UpTo, Hex, Instant, ListUpTo, Sha256Hex } from '../encoding/primitives.js';
import type { Canonicalize, Hashing } from '../ports.js';
import { HostId } from './host-id.js';

/**
 * What the authority wants to remember between the two steps of certifying an AK; the host carries it. It needs no MAC of
 * its own: the secret that proves the activation is made from these very bytes.
 */
export const Activation = closed(
  {
    v: t.literal(1),
    host: HostId,
    /** TPM2B_PUBLIC. */
    akPublic: Base64UpTo(1024),
    ekPublic: Base64UpTo(1024),
    /** Digests of certificates that led to a trusted CA: kept already. */
    ekCertificate: t.union([t.null, Sha256Hex]),
    intermediates: ListUpTo(Sha256Hex, 8),
    expires: Instant,
    random: Hex(16),
  },
  'Activation',
);
export type Activation = t.TypeOf<typeof Activation>;

export interface ActivationKey {
  readonly hashing: Hashing;
  readonly challengeKey: Uint8Array;
}

const LABEL = utf8('sekisho/activation/v1\u0000');
const MOST_TOKEN = 8192;

/** 32 bytes: what the TPM gives back only if it holds both keys. */
const secretOf = ({ hashing, challengeKey }: ActivationKey, document: Uint8Array): Uint8Array =>
  hashing.hmac('sha256', challengeKey, LABEL, document);

export interface SealedActivation {
  /** base64url, opaque to the host. */
  readonly token: string;
  readonly secret: Uint8Array;
}

export const sealActivation = (
  key: ActivationKey & { readonly canonicalize: Canonicalize },
  activation: Activation,
): E.Either<string, SealedActivation> =>
  pipe(
    key.canonicalize(activation as unknown as Json),
    E.map((text) => {
      const document = utf8(text);
      const token = toBase64(document).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
      return { token, secret: secretOf(key, document) };
    }),
  );

export type ActivationFault =
  /** Not a token of ours, or the secret is not the one that belongs to it: nothing says which. */
  { readonly _tag: 'ActivationForged' } | { readonly _tag: 'ActivationExpired'; readonly expired: string };

const documentOf = (token: string): Uint8Array | undefined => {
  if (token.length > MOST_TOKEN) return undefined;
  const text = token.replaceAll('-', '+').replaceAll('_', '/');
  const padded = text + '='.repeat((4 - (text.length % 4)) % 4);
  return isBase64(padded) ? fromBase64(padded) : undefined;
};

const parse = (document: Uint8Array): E.Either<unknown, Activation> =>
  pipe(
    E.tryCatch(
      () => JSON.parse(fromUtf8(document) ?? '') as unknown,
      () => 'must be JSON',
    ),
    E.flatMap(decode(Activation)),
  );

/** The activation, if the secret proves that the TPM opened the credential that was made for it, for this host, in time. */
export const openActivation = (
  key: ActivationKey,
  host: string,
  { token, secret }: SealedActivation,
  now: string,
): E.Either<ActivationFault, Activation> => {
  const forged: E.Either<ActivationFault, never> = E.left({ _tag: 'ActivationForged' });
  const document = documentOf(token);
  if (document === undefined || !equalBytes(secret, secretOf(key, document))) return forged;
  const activation = parse(document);
  if (E.isLeft(activation) || activation.right.host !== host) return forged;
  return now > activation.right.expires
    ? E.left({ _tag: 'ActivationExpired', expired: activation.right.expires })
    : activation;
};
