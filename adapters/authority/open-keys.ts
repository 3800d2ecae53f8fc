import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type KeyStore, openKeyStore } from '../key-store/key-store.js';
import { readExternalKeys, withExternalKeys } from '../signer/external-keys.js';
import { openSignerConnection, type SignerConnection } from '../signer/signer-connection.js';
import type { OpenError } from './open-error.js';

export interface KeyPlaces {
  readonly file: string;
  readonly passphrase: string;
  /** Another process that has keys which the file only names. */
  readonly signer: SignerConnection | undefined;
}

/** Longer than signing ever takes, shorter than anybody waits for an answer. */
const SIGNER_TIMEOUT_MS = 3_000;

/** `socket`: where a signer serves. */
export const signerAt = (socket: string | undefined): SignerConnection | undefined =>
  socket === undefined ? undefined : openSignerConnection({ path: socket, timeoutMillis: SIGNER_TIMEOUT_MS });

/** Every key that can sign here now. Left when the signer is away: which keys it has can't be guessed. */
export const openKeys = ({ file, passphrase, signer }: KeyPlaces): TE.TaskEither<OpenError, KeyStore> =>
  pipe(
    openKeyStore(file, passphrase),
    TE.mapLeft((fault): OpenError => fault),
    TE.flatMap((store) =>
      signer === undefined
        ? TE.right(store)
        : pipe(
            readExternalKeys(signer),
            TE.map((external) => withExternalKeys(store, external)),
          ),
    ),
  );
