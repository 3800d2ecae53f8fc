import { randomBytes } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import type { EventSigner } from '../../domain/ports.js';
import { seal, unseal } from '../crypto/nacl/sealed-by-passphrase.js';
import { createFile } from '../durable-file.js';
import {
  fileErrorOf,
  KEY_KINDS,
  type KeyFile,
  type KeyKind,
  type PublicKeys,
  readKeyFile,
  Secrets,
} from './key-file.js';
import type { KeyStoreError } from './key-store-error.js';
import { type SigningKey, signingKeyOf } from './signing-key.js';

/** The authority's keys, opened. */
export interface KeyStore {
  readonly signer: (kind: KeyKind) => EventSigner;
  readonly publicKeys: PublicKeys;
  /** For the MACs of challenges and activations; 32 bytes. */
  readonly challengeKey: Uint8Array;
}

const LEAST_PASSPHRASE = 8;

type SigningKeys = Readonly<Record<KeyKind, SigningKey>>;

const signingKeysOf = (secrets: Secrets): E.Either<KeyStoreError, SigningKeys> =>
  KEY_KINDS.reduce<E.Either<KeyStoreError, Partial<SigningKeys>>>((keys, kind) => {
    const key = signingKeyOf(secrets[kind]);
    if (key === undefined) return E.left({ _tag: 'KeySelfCheckFailed', kind });
    return E.map((others: Partial<SigningKeys>) => ({ ...others, [kind]: key }))(keys);
  }, E.right({})) as E.Either<KeyStoreError, SigningKeys>;

const storeOf = (secrets: Secrets): E.Either<KeyStoreError, KeyStore> =>
  pipe(
    signingKeysOf(secrets),
    E.map(({ authority, event, token, log }) => ({
      signer: (kind) => ({ authority, event, token, log })[kind].signer,
      publicKeys: { authority: authority.named, event: event.named, token: token.named, log: log.named },
      challengeKey: fromBase64(secrets.challenge),
    })),
  );

const seed = (): string => toBase64(new Uint8Array(randomBytes(32)));

const write = async (file: string, passphrase: string): Promise<E.Either<KeyStoreError, KeyStore>> => {
  const secrets: Secrets = { authority: seed(), event: seed(), token: seed(), log: seed(), challenge: seed() };
  const store = storeOf(secrets);
  if (E.isLeft(store)) return store;
  const sealed = await seal(passphrase, utf8(JSON.stringify(secrets)));
  const content: KeyFile = { v: 1, publicKeys: store.right.publicKeys, sealed };
  await createFile(file, `${JSON.stringify(content, undefined, 2)}\n`);
  return store;
};

/** Makes all keys and writes them, sealed, to a new file (mode 0600). */
export const createKeyStore =
  (file: string, passphrase: string): TE.TaskEither<KeyStoreError, KeyStore> =>
  () =>
    passphrase.length < LEAST_PASSPHRASE
      ? Promise.resolve(E.left({ _tag: 'PassphraseTooShort', least: LEAST_PASSPHRASE }))
      : write(file, passphrase).catch((error: unknown) => E.left(fileErrorOf(file, error)));

const invalid = (file: string): KeyStoreError => ({
  _tag: 'KeyFileInvalid',
  file,
  faults: [{ field: 'sealed.box', rule: 'must hold the secrets of a key file' }],
});

const secretsIn = (file: string, box: Uint8Array): E.Either<KeyStoreError, Secrets> =>
  pipe(
    parseJson(fromUtf8(box) ?? ''),
    E.flatMap((value) => E.mapLeft(() => invalid(file))(decode(Secrets)(value))),
    E.mapLeft(() => invalid(file)),
  );

/** What stands in the open part of the file must be the keys of the sealed part. */
const sameKeys = (store: KeyStore, listed: PublicKeys): E.Either<KeyStoreError, KeyStore> => {
  const other = KEY_KINDS.find(
    (kind) =>
      store.publicKeys[kind].kid !== listed[kind].kid || store.publicKeys[kind].publicKey !== listed[kind].publicKey,
  );
  return other === undefined ? E.right(store) : E.left({ _tag: 'KeySelfCheckFailed', kind: other });
};

/** Opens the keys, and has both engines check each of them. Takes a tenth of a second, which is what slows guessing. */
export const openKeyStore =
  (file: string, passphrase: string): TE.TaskEither<KeyStoreError, KeyStore> =>
  async () => {
    const read = await readKeyFile(file);
    if (E.isLeft(read)) return read;
    const { sealed, publicKeys } = read.right;
    const box = await unseal(passphrase, sealed);
    if (box === undefined) return E.left({ _tag: 'PassphraseWrong', file });
    return pipe(
      secretsIn(file, box),
      E.flatMap(storeOf),
      E.flatMap((store) => sameKeys(store, publicKeys)),
    );
  };

/** The public keys, without a passphrase: what checking a ledger needs. Nothing but the file's owner vouches for them. */
export const readPublicKeys =
  (file: string): TE.TaskEither<KeyStoreError, PublicKeys> =>
  async () =>
    E.map(({ publicKeys }: KeyFile) => publicKeys)(await readKeyFile(file));
