import { open } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { closed } from '../../domain/encoding/closed.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { Base64UpTo, Hex } from '../../domain/encoding/primitives.js';
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

/** What the file holds: public keys for all to read, and everything secret in one sealed box. */
export const KeyFile = closed({ v: t.literal(1), publicKeys: PublicKeys, sealed: Sealed }, 'KeyFile');
export type KeyFile = t.TypeOf<typeof KeyFile>;

const Seed = Base64UpTo(32);

/** What the box holds: Ed25519 seeds, and the key of the challenges' MACs. */
export const Secrets = closed({ authority: Seed, event: Seed, token: Seed, log: Seed, challenge: Seed }, 'Secrets');
export type Secrets = t.TypeOf<typeof Secrets>;

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
            decode(KeyFile)(value),
            E.mapLeft(({ faults }) => faults),
          ),
        ),
        E.mapLeft((faults): KeyStoreError => ({ _tag: 'KeyFileInvalid', file, faults })),
      ),
    ),
  );
};
