import * as E from 'fp-ts/lib/Either.js';
import { concat, fromHex, utf8 } from '../encoding/bytes.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import type { PublicKey } from '../ports.js';
import type { SealedKey } from './release-input.js';

/** RSA-OAEP takes it as its label (TPM 2.0 Part 1, B.4: with the zero byte), nacl's box, which has none, as a first part. */
export const SEALED_KEY_LABEL = utf8('sekisho/sealed-key/v1\u0000');

/** Whom plaintext is sealed to. */
export type SealTo =
  | { readonly to: 'wrapping-key'; readonly key: Uint8Array }
  | { readonly to: 'tpm-key'; readonly key: PublicKey };

export interface SealingImpossible {
  readonly _tag: 'SealingImpossible';
}

const impossible: E.Either<SealingImpossible, never> = E.left({ _tag: 'SealingImpossible' });

const toWrappingKey = (
  deps: KeyServiceDeps,
  key: Uint8Array,
  content: Uint8Array,
): E.Either<SealingImpossible, SealedKey> => {
  const message = concat(SEALED_KEY_LABEL, content);
  const box = deps.sealing.toWrappingKey(key, message);
  message.fill(0);
  return box === undefined ? impossible : E.right({ to: 'wrapping-key', ...box });
};

/** The key's id goes in with the key: an answer can't be passed off as that to another question. Erases nothing of `plaintext`. */
export const sealKey = (
  deps: KeyServiceDeps,
  seal: SealTo,
  keyId: string,
  plaintext: Uint8Array,
): E.Either<SealingImpossible, SealedKey> => {
  const content = concat(fromHex(keyId), plaintext);
  const sealed = ((): E.Either<SealingImpossible, SealedKey> => {
    if (seal.to === 'wrapping-key') return toWrappingKey(deps, seal.key, content);
    const encrypted = deps.credentials.rsaOaepEncrypt(seal.key, 'sha256', SEALED_KEY_LABEL, content);
    return encrypted === undefined ? impossible : E.right({ to: 'tpm-key', encrypted });
  })();
  content.fill(0);
  return sealed;
};
