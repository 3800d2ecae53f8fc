import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { SealedKey } from '../../domain/key-release/release-input.js';
import type { AgentError } from './agent-error.js';
import { keyInside, openSealedKey } from './open-sealed-key.js';
import type { TpmDecryptionKey } from './tpm-decryption-key.js';
import type { WrappingKey } from './wrapping-key.js';

/** What answers are asked to be sealed to. */
export type Delivery =
  | { readonly to: 'wrapping-key'; readonly key: WrappingKey }
  | { readonly to: 'tpm-key'; readonly key: TpmDecryptionKey };

const notAsAsked: E.Either<AgentError, never> = E.left({
  _tag: 'AnswerMalformed',
  field: 'sealed',
  rule: 'must be sealed to what was asked for',
});

/** The caller erases the key. */
export const openAnswer = (
  delivery: Delivery,
  sealed: SealedKey | undefined,
  keyId: string,
): TE.TaskEither<AgentError, Uint8Array> => {
  if (delivery.to === 'wrapping-key' && sealed?.to === 'wrapping-key') {
    return TE.fromEither(openSealedKey(sealed, delivery.key.secretKey, keyId));
  }
  if (delivery.to === 'tpm-key' && sealed?.to === 'tpm-key') {
    return pipe(
      delivery.key.decrypt(sealed.encrypted),
      TE.flatMapEither((content) => keyInside(content, keyId)),
    );
  }
  return TE.fromEither(notAsAsked);
};
