import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../domain/encoding/bytes.js';
import { parseJson } from '../../domain/encoding/json.js';
import type { EventSigner } from '../../domain/ports.js';
import { seal, unseal } from '../crypto/nacl/sealed-by-passphrase.js';
import { lockFile } from '../event-store/sqlite/file-lock.js';
import { isBusy } from '../event-store/sqlite/store-error.js';
import { createFile, replaceFile } from '../files/durable-file.js';
import {
  fileErrorOf,
  KEY_KINDS,
  type KeyFile,
  type KeyKind,
  type ListedKey,
  MOST_KEYS,
  type PublicKeys,
  publicKeysOf,
  readKeyFile,
  type Secrets,
  secretsOf,
} from './key-file.js';
import type { KeyStoreError } from './key-store-error.js';
import { type SigningKey, signingKeyOf } from './signing-key.js';

/** The authority's keys, opened. */
export interface KeyStore {
  /** The newest key of a job. Only for a file that holds one, which a founding makes. */
  readonly signer: (kind: KeyKind) => EventSigner;
  /** Undefined: the secret of this key is not in the file. */
  readonly signerOf: (kid: string) => EventSigner | undefined;
  readonly keys: ReadonlyArray<ListedKey>;
  readonly publicKeys: PublicKeys;
  /** For the MACs of challenges and activations; 32 bytes. */
  readonly challengeKey: Uint8Array;
}

const LEAST_PASSPHRASE = 8;

/** A key file with its box open. */
export interface OpenKeyFile {
  readonly file: KeyFile;
  readonly secrets: Secrets;
}

const invalid = (file: string): KeyStoreError => ({
  _tag: 'KeyFileInvalid',
  file,
  faults: [{ field: 'sealed.box', rule: 'must hold the secrets of a key file' }],
});

/** What stands in the open part of the file must be the keys of the sealed part; both engines check each of them. */
const signingKeys = ({ file, secrets }: OpenKeyFile): E.Either<KeyStoreError, ReadonlyMap<string, SigningKey>> => {
  const keys = new Map<string, SigningKey>();
  for (const [kid, seed] of Object.entries(secrets.seeds)) {
    const listed = file.keys.find((each) => each.kid === kid);
    const key = signingKeyOf(seed);
    if (key === undefined || listed === undefined || key.named.kid !== kid || key.named.publicKey !== listed.publicKey)
      return E.left({ _tag: 'KeySelfCheckFailed', kind: listed?.purpose ?? 'sealed' });
    keys.set(kid, key);
  }
  return E.right(keys);
};

const ABSENT: EventSigner['sign'] = () =>
  TE.left({ _tag: 'SignerUnavailable', detail: 'the key is not in the key file' });

export const keyStoreOf = (opened: OpenKeyFile): E.Either<KeyStoreError, KeyStore> =>
  pipe(
    signingKeys(opened),
    E.map((keys) => {
      const publicKeys = publicKeysOf(opened.file);
      const signerOf = (kid: string): EventSigner | undefined => keys.get(kid)?.signer;
      const { challenge } = opened.secrets;
      return {
        signer: (kind) => signerOf(publicKeys[kind].kid) ?? { kid: publicKeys[kind].kid, sign: ABSENT },
        signerOf,
        keys: opened.file.keys,
        publicKeys,
        challengeKey: challenge === null ? new Uint8Array(32) : fromBase64(challenge),
      };
    }),
  );

const seed = (): string => toBase64(new Uint8Array(randomBytes(32)));

/** A fresh key: how the file lists it, and its seed. */
export const makeKey = (
  purpose: KeyKind,
  node: string | null,
  pending: boolean,
): { readonly listed: ListedKey; readonly seed: string } | undefined => {
  const fresh = seed();
  const key = signingKeyOf(fresh);
  return key === undefined ? undefined : { listed: { ...key.named, purpose, node, pending }, seed: fresh };
};

const fresh = (): E.Either<KeyStoreError, OpenKeyFile> => {
  const made = KEY_KINDS.map((kind) => makeKey(kind, null, false));
  const [authority] = made;
  if (authority === undefined || made.includes(undefined))
    return E.left({ _tag: 'KeySelfCheckFailed', kind: 'authority' });
  const all = made.flatMap((key) => (key === undefined ? [] : [key]));
  const { kid, publicKey } = authority.listed;
  return E.right({
    file: { v: 2, authority: { kid, publicKey }, keys: all.map(({ listed }) => listed), sealed: null },
    secrets: { seeds: Object.fromEntries(all.map((key) => [key.listed.kid, key.seed])), challenge: seed() },
  });
};

export const textOf = (file: KeyFile): string => `${JSON.stringify(file, undefined, 2)}\n`;

/** The bytes that were sealed are overwritten; what they were made from are strings, which can't be. */
export const sealedFile = async ({ file, secrets }: OpenKeyFile, passphrase: string): Promise<KeyFile> => {
  const bytes = utf8(JSON.stringify(secrets));
  const sealed = await seal(passphrase, bytes);
  bytes.fill(0);
  return { ...file, sealed };
};

const tooShort = (passphrase: string): KeyStoreError | undefined =>
  passphrase.length < LEAST_PASSPHRASE ? { _tag: 'PassphraseTooShort', least: LEAST_PASSPHRASE } : undefined;

/** Writes keys, sealed, to a new file (mode 0600). */
export const writeKeyFile =
  (path: string, opened: OpenKeyFile, passphrase: string): TE.TaskEither<KeyStoreError, void> =>
  () => {
    const short = tooShort(passphrase);
    return short !== undefined
      ? TE.left(short)()
      : sealedFile(opened, passphrase)
          .then((file) => createFile(path, textOf(file)))
          .then(E.right, (error: unknown) => E.left(fileErrorOf(path, error)));
  };

/** Makes all keys and writes them to a new file. */
export const createKeyStore = (file: string, passphrase: string): TE.TaskEither<KeyStoreError, KeyStore> =>
  pipe(
    TE.fromEither(fresh()),
    TE.tap((opened) => writeKeyFile(file, opened, passphrase)),
    TE.flatMapEither(keyStoreOf),
  );

const openBox = (path: string, { keys }: KeyFile, box: Uint8Array): E.Either<KeyStoreError, Secrets> => {
  const read = pipe(
    parseJson(fromUtf8(box) ?? ''),
    E.map((json) => secretsOf(keys, json)),
    E.mapLeft(() => undefined),
    E.flatMap(E.fromNullable(undefined)),
    E.mapLeft(() => invalid(path)),
  );
  box.fill(0);
  return read;
};

/** Takes a tenth of a second, which is what slows guessing. */
export const openKeyFile =
  (path: string, passphrase: string): TE.TaskEither<KeyStoreError, OpenKeyFile> =>
  async () => {
    const read = await readKeyFile(path);
    if (E.isLeft(read)) return read;
    const { sealed } = read.right;
    if (sealed === null) return E.left({ _tag: 'KeyFilePublic', file: path });
    const box = await unseal(passphrase, sealed);
    return box === undefined
      ? E.left({ _tag: 'PassphraseWrong', file: path })
      : pipe(
          openBox(path, read.right, box),
          E.map((secrets) => ({ file: read.right, secrets })),
        );
  };

/** Opens the keys, and has both engines check each of them. */
export const openKeyStore = (file: string, passphrase: string): TE.TaskEither<KeyStoreError, KeyStore> =>
  pipe(openKeyFile(file, passphrase), TE.flatMapEither(keyStoreOf));

/** The public keys, without a passphrase: what checking a ledger needs. Nothing but the file's owner vouches for them. */
export const readPublicKeys =
  (file: string): TE.TaskEither<KeyStoreError, PublicKeys> =>
  async () =>
    E.map(publicKeysOf)(await readKeyFile(file));

/** A file lists so many keys; those that ended longest ago, and whose secrets are gone, make room. */
const withRoom = (path: string, opened: OpenKeyFile): E.Either<KeyStoreError, OpenKeyFile> => {
  const { file, secrets } = opened;
  const surplus = file.keys.length - MOST_KEYS;
  if (surplus <= 0) return E.right(opened);
  const gone = file.keys.filter(({ kid, pending }) => secrets.seeds[kid] === undefined && !pending).slice(0, surplus);
  return gone.length === surplus
    ? E.right({ secrets, file: { ...file, keys: file.keys.filter((key) => !gone.includes(key)) } })
    : E.left({ _tag: 'KeyFileInvalid', file: path, faults: [{ field: 'keys', rule: 'has no room for another key' }] });
};

const LOCK_TRIES = 200;
const LOCK_WAIT_MS = 50;

/** A server and a command may change the file at once: neither must lose the other's key. */
const lockedFile = (path: string): TE.TaskEither<KeyStoreError, () => void> =>
  TE.tryCatch(
    async () => {
      for (let tries = 1; ; tries++) {
        try {
          return await lockFile(path);
        } catch (error) {
          if (!isBusy(error) || tries >= LOCK_TRIES) throw error;
          await sleep(LOCK_WAIT_MS);
        }
      }
    },
    (error) => fileErrorOf(path, error),
  );

/** Changes a key file as a whole: afterwards it holds the old or the new content. `passphrase`: what seals it from now on. */
export const changeKeyFile = (
  path: string,
  passphrases: { readonly now: string; readonly next?: string },
  change: (opened: OpenKeyFile) => E.Either<KeyStoreError, OpenKeyFile>,
): TE.TaskEither<KeyStoreError, KeyStore> => {
  const next = passphrases.next ?? passphrases.now;
  const short = tooShort(next);
  if (short !== undefined) return TE.left(short);
  const work = pipe(
    openKeyFile(path, passphrases.now),
    TE.flatMapEither(change),
    TE.flatMapEither((changed) => withRoom(path, changed)),
    TE.bindTo('changed'),
    TE.bind('store', ({ changed }) => TE.fromEither(keyStoreOf(changed))),
    TE.tap(({ changed }) =>
      TE.tryCatch(
        async () => replaceFile(path, textOf(await sealedFile(changed, next))),
        (error) => fileErrorOf(path, error),
      ),
    ),
    TE.map(({ store }) => store),
  );
  // Nothing is left beside a file that is not there.
  if (!existsSync(path)) return work;
  return TE.bracket(
    lockedFile(path),
    () => work,
    (unlock) => TE.fromIO(unlock),
  );
};
