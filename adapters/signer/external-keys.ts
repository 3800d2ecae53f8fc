import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64, toBase64 } from '../../domain/encoding/bytes.js';
import { kidOf } from '../../domain/ledger/keyring.js';
import type { EventSigner, SignerUnavailable } from '../../domain/ports.js';
import type { SignerKey } from '../../domain/signer/protocol.js';
import { entryEngines } from '../crypto/engines.js';
import type { KeyStore } from '../key-store/key-store.js';
import { type SignerConnection, signerAway } from './signer-connection.js';

/** Keys that another process holds, by their ids. */
export type ExternalKeys = ReadonlyMap<string, EventSigner>;

/** A signature that the key itself does not verify must not get anywhere: whoever reads it later would blame the ledger. */
const signerOf = (connection: SignerConnection, { kid, publicKey }: SignerKey): EventSigner => {
  const key = fromBase64(publicKey);
  return {
    kid,
    sign: (message) =>
      pipe(
        connection.ask({ op: 'sign', kid, message: toBase64(message) }),
        TE.flatMapEither((answer): E.Either<SignerUnavailable, Uint8Array> => {
          if ('refused' in answer) return E.left(signerAway(`the signer refused: ${answer.refused}`));
          const signature = 'signature' in answer ? fromBase64(answer.signature) : new Uint8Array();
          return entryEngines.verifyEd25519(key, message, signature)
            ? E.right(signature)
            : E.left(signerAway(`the signer's signature is none of key ${kid}`));
        }),
      ),
  };
};

/** The keys that a signer has now. One whose id is not its own is a lie, and none of them is taken then. */
export const readExternalKeys = (connection: SignerConnection): TE.TaskEither<SignerUnavailable, ExternalKeys> =>
  pipe(
    connection.ask({ op: 'keys' }),
    TE.flatMapEither((answer): E.Either<SignerUnavailable, ExternalKeys> => {
      if (!('keys' in answer)) return E.left(signerAway('the signer named no keys'));
      const { keys } = answer;
      const foreign = keys.find(({ kid, publicKey }) => kidOf(entryEngines.hashing, fromBase64(publicKey)) !== kid);
      return foreign === undefined
        ? E.right(new Map(keys.map((key) => [key.kid, signerOf(connection, key)])))
        : E.left(signerAway(`the signer gave key ${foreign.kid} another public key`));
    }),
  );

/** The keys of the file, and those that the file only names where the signer has them. */
export const withExternalKeys = (store: KeyStore, external: ExternalKeys): KeyStore => {
  const signerIn = (kid: string): EventSigner | undefined => store.signerOf(kid) ?? external.get(kid);
  return {
    ...store,
    signerOf: signerIn,
    signer: (kind) => signerIn(store.publicKeys[kind].kid) ?? store.signer(kind),
  };
};
