import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { utf8 } from '../encoding/bytes.js';
import type { Hashing, SignerUnavailable, VerifyEd25519 } from '../ports.js';
import { cosignatureMessage, encodeTimestamped } from './cosignature.js';
import { type Malformed, malformed } from './malformed.js';
import { isNoteText, type NoteSignature } from './note.js';
import { type KeyType, makeVerifierKey, type VerifierKey } from './verifier-key.js';

/** An Ed25519 key that may live in a file, in an HSM or in a cloud key service: only this leaves it. */
export interface NoteSigner {
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array) => TE.TaskEither<SignerUnavailable, Uint8Array>;
}

export type SigningFault =
  | Malformed
  | SignerUnavailable
  /** The signer answered with something that its own public key does not verify; nothing was signed. */
  | { readonly _tag: 'SignerFaulty'; readonly name: string };

export interface SigningEngines {
  readonly hashing: Hashing;
  readonly verifyEd25519: VerifyEd25519;
}

export const keyOfSigner = (hashing: Hashing, signer: NoteSigner, type: KeyType): E.Either<Malformed, VerifierKey> =>
  makeVerifierKey(hashing, { name: signer.name, type, publicKey: signer.publicKey });

const signed = (
  engines: SigningEngines,
  signer: NoteSigner,
  message: Uint8Array,
): TE.TaskEither<SigningFault, Uint8Array> =>
  pipe(
    signer.sign(message),
    TE.mapLeft((fault): SigningFault => fault),
    TE.filterOrElse(
      (signature) => engines.verifyEd25519(signer.publicKey, message, signature),
      (): SigningFault => ({ _tag: 'SignerFaulty', name: signer.name }),
    ),
  );

const usable = (
  engines: SigningEngines,
  signer: NoteSigner,
  type: KeyType,
  text: string,
): E.Either<SigningFault, VerifierKey> =>
  isNoteText(text)
    ? keyOfSigner(engines.hashing, signer, type)
    : E.left(malformed('signed note')('text', 'must be UTF-8 lines without control characters'));

/** A signature of type 0x01 over the text, checked before it is handed on. */
export const signNote =
  (engines: SigningEngines, signer: NoteSigner) =>
  (text: string): TE.TaskEither<SigningFault, NoteSignature> =>
    pipe(
      TE.fromEither(usable(engines, signer, 'ed25519', text)),
      TE.flatMap((key) =>
        pipe(
          signed(engines, signer, utf8(text)),
          TE.map((signature) => ({ name: key.name, keyId: key.id, signature })),
        ),
      ),
    );

/** A timestamped cosignature of type 0x04. The caller vouches for consistency: this only signs. */
export const cosignNote =
  (engines: SigningEngines, signer: NoteSigner) =>
  (text: string, time: number): TE.TaskEither<SigningFault, NoteSignature> =>
    pipe(
      TE.fromEither(usable(engines, signer, 'cosignature-v1', text)),
      TE.flatMap((key) =>
        pipe(
          signed(engines, signer, cosignatureMessage(time, text)),
          TE.map((signature) => ({
            name: key.name,
            keyId: key.id,
            signature: encodeTimestamped({ time, signature }),
          })),
        ),
      ),
    );
