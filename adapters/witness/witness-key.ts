import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fromBase64, toBase64 } from '../../domain/encoding/bytes.js';
import { closed } from '../../domain/encoding/closed.js';
import { decode, type FieldFault } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { Text } from '../../domain/encoding/primitives.js';
import { keyOfSigner, type NoteSigner } from '../../domain/transparency/sign-note.js';
import { formatVerifierKey, isKeyName } from '../../domain/transparency/verifier-key.js';
import { Sealed, seal, unseal } from '../crypto/nacl/sealed-by-passphrase.js';
import { nodeHashing } from '../crypto/node/hashing.js';
import { createFile } from '../files/durable-file.js';
import { signingKeyOf } from '../key-store/signing-key.js';

const WitnessKeyFile = closed({ v: t.literal(1), vkey: Text(400), name: Text(256), sealed: Sealed }, 'WitnessKeyFile');
type WitnessKeyFile = t.TypeOf<typeof WitnessKeyFile>;

const LEAST_PASSPHRASE = 8;

/** Why there is no witness key. Never holds a passphrase or a key. */
export type WitnessKeyFault =
  | { readonly _tag: 'WitnessKeyUnavailable'; readonly file: string; readonly code: string }
  | { readonly _tag: 'WitnessKeyInvalid'; readonly file: string; readonly faults: ReadonlyArray<FieldFault> }
  | { readonly _tag: 'WitnessNameInvalid' }
  | { readonly _tag: 'PassphraseTooShort'; readonly least: number }
  | { readonly _tag: 'PassphraseWrong'; readonly file: string };

export interface WitnessKey {
  readonly signer: NoteSigner;
  /** What logs and verifiers put into their policy. */
  readonly vkey: string;
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');

const unavailable =
  (file: string) =>
  (error: unknown): WitnessKeyFault => ({ _tag: 'WitnessKeyUnavailable', file, code: codeOf(error) });

const invalid = (file: string, field: string, rule: string): WitnessKeyFault => ({
  _tag: 'WitnessKeyInvalid',
  file,
  faults: [{ field, rule }],
});

const keyOf = (file: string, name: string, seed: Uint8Array): E.Either<WitnessKeyFault, WitnessKey> => {
  const key = signingKeyOf(toBase64(seed));
  if (key === undefined) return E.left(invalid(file, 'sealed.box', 'must hold a sound Ed25519 seed'));
  const signer: NoteSigner = { name, publicKey: fromBase64(key.named.publicKey), sign: key.signer.sign };
  return pipe(
    keyOfSigner(nodeHashing, signer, 'cosignature-v1'),
    E.bimap(
      (): WitnessKeyFault => ({ _tag: 'WitnessNameInvalid' }),
      (verifier) => ({ signer, vkey: formatVerifierKey(verifier) }),
    ),
  );
};

/** Makes a key and writes it, sealed, to a new file (mode 0600). A key is never replaced: its cosignatures would be lost. */
export const createWitnessKey = (
  file: string,
  name: string,
  passphrase: string,
): TE.TaskEither<WitnessKeyFault, WitnessKey> => {
  if (!isKeyName(name)) return TE.left({ _tag: 'WitnessNameInvalid' });
  if (passphrase.length < LEAST_PASSPHRASE) return TE.left({ _tag: 'PassphraseTooShort', least: LEAST_PASSPHRASE });
  const seed = new Uint8Array(randomBytes(32));
  return pipe(
    TE.fromEither(keyOf(file, name, seed)),
    TE.tap(({ vkey }) =>
      TE.tryCatch(async () => {
        const content: WitnessKeyFile = { v: 1, vkey, name, sealed: await seal(passphrase, seed) };
        await createFile(file, `${JSON.stringify(content, undefined, 2)}\n`);
      }, unavailable(file)),
    ),
  );
};

const decodeFile = (file: string, text: string): E.Either<WitnessKeyFault, WitnessKeyFile> =>
  pipe(
    parseJson(text),
    E.mapLeft(({ at, rule }) => invalid(file, `(offset ${String(at)})`, rule)),
    E.flatMap((value) =>
      pipe(
        decode(WitnessKeyFile)(value),
        E.mapLeft(({ faults }): WitnessKeyFault => ({ _tag: 'WitnessKeyInvalid', file, faults })),
      ),
    ),
  );

/** Opens the key; the vkey in the file must be the one of the sealed key. */
export const openWitnessKey = (file: string, passphrase: string): TE.TaskEither<WitnessKeyFault, WitnessKey> =>
  pipe(
    TE.tryCatch(() => readFile(file, 'utf8'), unavailable(file)),
    TE.flatMapEither((text) => decodeFile(file, text)),
    TE.flatMap(({ name, vkey, sealed }) =>
      pipe(
        TE.fromTask<Uint8Array | undefined, WitnessKeyFault>(() => unseal(passphrase, sealed)),
        TE.flatMapEither(
          (seed): E.Either<WitnessKeyFault, WitnessKey> =>
            seed === undefined ? E.left({ _tag: 'PassphraseWrong', file }) : keyOf(file, name, seed),
        ),
        TE.filterOrElse(
          (key) => key.vkey === vkey,
          () => invalid(file, 'vkey', 'must be of the sealed key'),
        ),
      ),
    ),
  );
