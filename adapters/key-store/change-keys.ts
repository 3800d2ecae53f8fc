import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KeyKind, ListedKey } from './key-file.js';
import { changeKeyFile, type KeyStore, makeKey, type OpenKeyFile, openKeyFile, writeKeyFile } from './key-store.js';
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
const forgetSecret = ({ file, passphrase }: KeyPlace, kid: string): TE.TaskEither<KeyStoreError, KeyStore> =>
  changeKeyFile(file, { now: passphrase }, withoutSecret(kid));

/** What the ledger says of keys that a file holds. */
export interface LedgerWord {
  readonly introduced: (kid: string) => boolean;
  readonly ended: (kid: string) => boolean;
}

const inLine = ({ file, secrets }: OpenKeyFile, { introduced, ended }: LedgerWord): OpenKeyFile => ({
  file: { ...file, keys: file.keys.map((key) => ({ ...key, pending: key.pending && !introduced(key.kid) })) },
  secrets: { ...secrets, seeds: Object.fromEntries(Object.entries(secrets.seeds).filter(([kid]) => !ended(kid))) },
});

/** The key file says what the ledger says: new keys are no longer pending, and secrets of keys that ended are gone. */
export const bringInLine = (place: KeyPlace, word: LedgerWord): TE.TaskEither<KeyStoreError, void> =>
  pipe(
    openKeyFile(place.file, place.passphrase),
    TE.flatMap(({ file, secrets }): TE.TaskEither<KeyStoreError, unknown> => {
      const news = file.keys.some(({ kid, pending }) => pending && word.introduced(kid));
      const ended = Object.keys(secrets.seeds).some(word.ended);
      return news || ended
        ? changeKeyFile(place.file, { now: place.passphrase }, (opened) => E.right(inLine(opened, word)))
        : TE.right(undefined);
    }),
    TE.map(() => undefined),
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
