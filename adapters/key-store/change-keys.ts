import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { replaceFile } from '../durable-file.js';
import { fileErrorOf, type KeyFile, type KeyKind, type ListedKey, readKeyFile } from './key-file.js';
import {
  changeKeyFile,
  type KeyStore,
  makeKey,
  type OpenKeyFile,
  openKeyFile,
  textOf,
  writeKeyFile,
} from './key-store.js';
import type { KeyStoreError } from './key-store-error.js';

interface KeyPlace {
  readonly file: string;
  readonly passphrase: string;
}

export interface AddedKey {
  readonly store: KeyStore;
  readonly key: ListedKey;
}

/** Makes a key and keeps it, before anybody hears of it: what is introduced can be signed with. */
export const addKey = (
  { file, passphrase }: KeyPlace,
  purpose: KeyKind,
  node: string | null,
): TE.TaskEither<KeyStoreError, AddedKey> => {
  const made = makeKey(purpose, node, true);
  if (made === undefined) return TE.left({ _tag: 'KeySelfCheckFailed', kind: purpose });
  const { listed, seed } = made;
  return pipe(
    changeKeyFile(file, { now: passphrase }, ({ file: content, secrets }) =>
      E.right({
        file: { ...content, keys: [...content.keys, listed] },
        secrets: { ...secrets, seeds: { ...secrets.seeds, [listed.kid]: seed } },
      }),
    ),
    TE.map((store) => ({ store, key: listed })),
  );
};

const without = (seeds: Readonly<Record<string, string>>, kid: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(seeds).filter(([id]) => id !== kid));

const withoutSecret =
  (kid: string) =>
  ({ file, secrets }: OpenKeyFile): E.Either<KeyStoreError, OpenKeyFile> =>
    E.right({ file, secrets: { ...secrets, seeds: without(secrets.seeds, kid) } });

/** Forgets the secret of a key that signs no more. Its public half stays listed. */
export const forgetSecret = ({ file, passphrase }: KeyPlace, kid: string): TE.TaskEither<KeyStoreError, KeyStore> =>
  changeKeyFile(file, { now: passphrase }, withoutSecret(kid));

/** The ledger has them now. Needs no passphrase: nothing secret changes. */
export const markIntroduced = (file: string, kids: ReadonlyArray<string>): TE.TaskEither<KeyStoreError, void> =>
  pipe(
    (() => readKeyFile(file)) as TE.TaskEither<KeyStoreError, KeyFile>,
    TE.flatMap((content) =>
      TE.tryCatch(
        () =>
          replaceFile(
            file,
            textOf({
              ...content,
              keys: content.keys.map((key) => (kids.includes(key.kid) ? { ...key, pending: false } : key)),
            }),
          ),
        (error) => fileErrorOf(file, error),
      ),
    ),
  );

/** The same keys under another passphrase. Copies of the file that were made before still open with the old one. */
export const changePassphrase = (
  { file, passphrase }: KeyPlace,
  next: string,
): TE.TaskEither<KeyStoreError, KeyStore> => changeKeyFile(file, { now: passphrase, next }, E.right);

/**
 * Puts keys into a file of their own and forgets their secrets here. The new file is there first: a crash leaves them in
 * both.
 */
export const exportKeys = (
  place: KeyPlace,
  out: KeyPlace,
  kids: ReadonlyArray<string>,
): TE.TaskEither<KeyStoreError, ReadonlyArray<KeyStore>> =>
  pipe(
    openKeyFile(place.file, place.passphrase),
    TE.flatMap(({ file: { authority, keys }, secrets: { seeds } }): TE.TaskEither<KeyStoreError, void> => {
      const missing = kids.find((kid) => seeds[kid] === undefined || keys.every((key) => key.kid !== kid));
      if (missing !== undefined) return TE.left({ _tag: 'KeyNotHeld', file: place.file, kid: missing });
      const moved = keys.filter(({ kid }) => kids.includes(kid));
      const taken = Object.entries(seeds).filter(([kid]) => kids.includes(kid));
      return writeKeyFile(
        out.file,
        {
          file: { v: 2, authority, keys: moved, sealed: null },
          secrets: { seeds: Object.fromEntries(taken), challenge: null },
        },
        out.passphrase,
      );
    }),
    TE.flatMap(() =>
      pipe(
        kids,
        TE.traverseSeqArray((kid) => forgetSecret(place, kid)),
      ),
    ),
  );
