import * as TE from 'fp-ts/lib/TaskEither.js';
import type { NoteSigner } from '../../domain/transparency/sign-note.js';

/** A key in this process as a signer of notes. An HSM or a key service has its own way to the same record. */
export const localNoteSigner = (
  name: string,
  publicKey: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array,
): NoteSigner => ({
  name,
  publicKey,
  sign: (message) => () => TE.right(sign(message))(),
});
