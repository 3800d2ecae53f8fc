import { open } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { closed } from '../../domain/encoding/closed.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { Base64UpTo, Hex, ListUpTo, Text } from '../../domain/encoding/primitives.js';
import { Sealed } from '../crypto/nacl/sealed-by-passphrase.js';
import type { KeyStoreError } from './key-store-error.js';

/** Keys with one job each. */
export const KEY_KINDS = ['authority', 'event', 'token', 'log'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** A public key with its id, as events carry it. */
const NamedKey = closed({ kid: Hex(8), publicKey: Base64UpTo(32) }, 'NamedKey');
export type NamedKey = t.TypeOf<typeof NamedKey>;

const PublicKeys = closed({ authority: NamedKey, event: NamedKey, token: NamedKey, log: NamedKey }, 'PublicKeys');
export type PublicKeys = t.TypeOf<typeof PublicKeys>;

/** A key that the file names. Its secret may be elsewhere: with another user, in a drawer, or nowhere any more. */
const ListedKey = closed(
  {
    kid: Hex(8),
    publicKey: Base64UpTo(32),
    purpose: t.keyof({ authority: null, event: null, token: null, log: null }),
    node: t.union([t.null, Text(64)]),
    /** Made, and not known to be in the ledger yet. */
    pending: t.boolean,
  },
  'ListedKey',
);
export type ListedKey = t.TypeOf<typeof ListedKey>;

export const MOST_KEYS = 48;

/** What the first version of this program wrote: one key of each kind. */
const KeyFileV1 = closed({ v: t.literal(1), publicKeys: PublicKeys, sealed: Sealed }, 'KeyFile.1');

/** Public keys for all to read, in the order in which they were made, and everything secret in one sealed box. */
export const KeyFile = closed(
  {
    v: t.literal(2),
    /** The founding authority key: what others pin. */
    authority: NamedKey,
    keys: ListUpTo(ListedKey, MOST_KEYS),
    /** Null: a file that only names keys. */
    sealed: t.union([t.null, Sealed]),
  },
  'KeyFile',
);
export type KeyFile = t.TypeOf<typeof KeyFile>;

const Seed = Base64UpTo(32);

const SecretsV1 = closed({ authority: Seed, event: Seed, token: Seed, log: Seed, challenge: Seed }, 'Secrets.1');

/** What the box holds: Ed25519 seeds by key id, and the key of the challenges' MACs. */
export const Secrets = closed(
  { seeds: t.readonly(t.record(Hex(8), Seed)), challenge: t.union([t.null, Seed]) },
  'Secrets',
);
export type Secrets = t.TypeOf<typeof Secrets>;

const listed = (purpose: KeyKind, { kid, publicKey }: NamedKey): ListedKey => ({
  kid,
  publicKey,
  purpose,
  node: null,
  pending: false,
});

/** Reads a box of either version. */
export const secretsOf = (keys: ReadonlyArray<ListedKey>, box: unknown): Secrets | undefined => {
  const now = decode(Secrets)(box);
  if (E.isRight(now)) return now.right;
  const old = decode(SecretsV1)(box);
  if (E.isLeft(old)) return undefined;
  const { challenge } = old.right;
  return { seeds: Object.fromEntries(keys.map(({ kid, purpose }) => [kid, old.right[purpose]])), challenge };
};

const lifted = ({ publicKeys, sealed }: t.TypeOf<typeof KeyFileV1>): KeyFile => ({
  v: 2,
  authority: publicKeys.authority,
  keys: KEY_KINDS.map((kind) => listed(kind, publicKeys[kind])),
  sealed,
});

/** The newest key of each job, as far as the file knows. The ledger knows better which are in use. */
export const publicKeysOf = ({ authority, keys }: KeyFile): PublicKeys => {
  const newest = (kind: KeyKind): NamedKey => {
    const { kid, publicKey } =
      keys.findLast(({ purpose, pending, node }) => purpose === kind && !pending && node === null) ?? authority;
    return { kid, publicKey };
  };
  return { authority, event: newest('event'), token: newest('token'), log: newest('log') };
};

const MOST_BYTES = 64 * 1024;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';

export const fileErrorOf = (file: string, error: unknown): KeyStoreError => {
  switch (codeOf(error)) {
    case 'ENOENT':
      return { _tag: 'KeyFileMissing', file };
    case 'EEXIST':
      return { _tag: 'KeyFileExists', file };
    default:
      return { _tag: 'KeyFileUnavailable', file, code: codeOf(error) };
  }
};

const readText = async (file: string): Promise<E.Either<KeyStoreError, string>> => {
  const handle = await open(file, 'r');
  try {
    const { mode, size } = await handle.stat();
    if ((mode & 0o077) !== 0) return E.left({ _tag: 'KeyFileExposed', file, mode: (mode & 0o777).toString(8) });
    if (size > MOST_BYTES)
      return E.left({ _tag: 'KeyFileInvalid', file, faults: [{ field: '(document)', rule: 'is too large' }] });
    return E.right(await handle.readFile('utf8'));
  } finally {
    await handle.close();
  }
};

/** Reads the file, without any secret becoming readable. */
export const readKeyFile = async (file: string): Promise<E.Either<KeyStoreError, KeyFile>> => {
  const text = await readText(file).catch(
    (error: unknown): E.Either<KeyStoreError, string> => E.left(fileErrorOf(file, error)),
  );
  return pipe(
    text,
    E.flatMap((json) =>
      pipe(
        parseJson(json),
        E.mapLeft(({ at, rule }) => [{ field: `(offset ${at})`, rule }]),
        E.flatMap((value) =>
          pipe(
            t.UnknownRecord.is(value) && value['v'] === 1
              ? pipe(decode(KeyFileV1)(value), E.map(lifted))
              : decode(KeyFile)(value),
            E.mapLeft(({ faults }) => faults),
          ),
        ),
        E.mapLeft((faults): KeyStoreError => ({ _tag: 'KeyFileInvalid', file, faults })),
      ),
    ),
  );
};
