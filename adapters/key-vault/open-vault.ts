import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import nacl from 'tweetnacl';
import { concat, equalBytes, fromBase64, toBase64, utf8 } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import type { SecretVault, VaultFault } from '../../domain/key-provider/ports.js';
import { passphraseKey } from '../crypto/nacl/sealed-by-passphrase.js';
import { secretBox } from '../crypto/nacl/secret-box.js';
import { replaceFile } from '../files/durable-file.js';
import { type Entry, MOST_SECRET_BYTES, VaultFile } from './vault-file.js';

export type VaultOpenFault =
  | { readonly _tag: 'VaultUnreadable'; readonly file: string; readonly rule: string }
  | { readonly _tag: 'VaultPassphraseWrong'; readonly file: string };

const MOST_FILE_BYTES = 64 * 1024 * 1024;
const CHECK = utf8('sekisho/vault/v1');

/** A vault whose file this process has for itself. */
export interface OpenedVault extends SecretVault {
  /** What there are secrets under; names are no secrets. */
  readonly names: () => ReadonlyArray<string>;
}

type Box = Pick<Entry, 'nonce' | 'box'>;

const sealed = (key: Uint8Array, message: Uint8Array): Box => {
  const nonce = new Uint8Array(randomBytes(nacl.secretbox.nonceLength));
  return { nonce: toBase64(nonce), box: toBase64(secretBox(message, nonce, key)) };
};

const unsealed = (key: Uint8Array, { nonce, box }: Box): Uint8Array | undefined => {
  const bytes = fromBase64(nonce);
  if (bytes.length !== nacl.secretbox.nonceLength) return undefined;
  return nacl.secretbox.open(fromBase64(box), bytes, key) ?? undefined;
};

/** A length and the name stand before the secret. */
const labelled = (name: string, secret: Uint8Array): Uint8Array => {
  const label = utf8(name);
  return concat(Uint8Array.of(label.length >> 8, label.length & 255), label, secret);
};

const secretOf = (name: string, message: Uint8Array): Uint8Array | undefined => {
  const label = labelled(name, new Uint8Array());
  return equalBytes(message.subarray(0, label.length), label) ? message.slice(label.length) : undefined;
};

interface Opened {
  readonly salt: string;
  readonly check: Box;
  readonly entries: Map<string, Box>;
}

const readFile = async (file: string): Promise<E.Either<VaultOpenFault, string | undefined>> => {
  const unreadable = (rule: string): E.Either<VaultOpenFault, never> => E.left({ _tag: 'VaultUnreadable', file, rule });
  try {
    const handle = await open(file, 'r');
    try {
      const { mode, size } = await handle.stat();
      if ((mode & 0o077) !== 0) return unreadable('must be readable by its owner only');
      return size > MOST_FILE_BYTES ? unreadable('is too large') : E.right(await handle.readFile('utf8'));
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return code === 'ENOENT' ? E.right(undefined) : unreadable(`can not be read (${code})`);
  }
};

const parse = (file: string, text: string): E.Either<VaultOpenFault, VaultFile> =>
  pipe(
    parseJson(text),
    E.flatMap(decode(VaultFile)),
    E.mapLeft((): VaultOpenFault => ({ _tag: 'VaultUnreadable', file, rule: 'must be a vault' })),
  );

const unavailable = (rule: string): E.Either<VaultFault, never> => E.left({ _tag: 'VaultUnavailable', rule });

const vaultOf = (file: string, key: Uint8Array, { salt, check, entries }: Opened): OpenedVault => {
  let turn: Promise<unknown> = Promise.resolve();
  /** One change after another; a change that can't be written is undone. */
  const change = (name: string, box: Box | undefined): Promise<E.Either<VaultFault, void>> => {
    const work = async (): Promise<E.Either<VaultFault, void>> => {
      const before = entries.get(name);
      if (box === undefined) entries.delete(name);
      else entries.set(name, box);
      const list = [...entries].map(([each, held]) => ({ name: each, ...held }));
      const content: VaultFile = {
        v: 1,
        kdf: 'scrypt-32768-8-1',
        salt,
        cipher: 'xsalsa20-poly1305',
        check,
        entries: list,
      };
      try {
        await replaceFile(file, `${JSON.stringify(content, undefined, 2)}\n`);
        return E.right(undefined);
      } catch {
        if (before === undefined) entries.delete(name);
        else entries.set(name, before);
        return unavailable('can not be written');
      }
    };
    const done = turn.then(work);
    turn = done;
    return done;
  };
  return {
    put: (name, secret) => () => {
      if (secret.length > MOST_SECRET_BYTES)
        return Promise.resolve(unavailable(`a secret may have at most ${String(MOST_SECRET_BYTES)} bytes`));
      const message = labelled(name, secret);
      const box = sealed(key, message);
      message.fill(0);
      return change(name, box);
    },
    get: (name) => () => {
      const box = entries.get(name);
      if (box === undefined) return Promise.resolve(E.left({ _tag: 'SecretMissing', name }));
      const message = unsealed(key, box);
      const secret = message === undefined ? undefined : secretOf(name, message);
      message?.fill(0);
      return Promise.resolve(secret === undefined ? unavailable('an entry is damaged') : E.right(secret));
    },
    names: () => [...entries.keys()],
    has: (name) => () => Promise.resolve(E.right(entries.has(name))),
    remove: (name) => () => (entries.has(name) ? change(name, undefined) : Promise.resolve(E.right(undefined))),
  };
};

/**
 * The secrets of key providers, each in a box of its own under a key from the passphrase (scrypt, as the authority's keys). A
 * file that is not there is begun with the first secret. Only this process may have it open: the ledger's lock sees to that.
 */
export const openVault =
  (file: string, passphrase: string): TE.TaskEither<VaultOpenFault, OpenedVault> =>
  async () => {
    const text = await readFile(file);
    if (E.isLeft(text)) return text;
    if (text.right === undefined) {
      const salt = new Uint8Array(randomBytes(32));
      const key = await passphraseKey(passphrase, salt);
      return E.right(vaultOf(file, key, { salt: toBase64(salt), check: sealed(key, CHECK), entries: new Map() }));
    }
    const parsed = parse(file, text.right);
    if (E.isLeft(parsed)) return parsed;
    const { salt, check, entries } = parsed.right;
    const key = await passphraseKey(passphrase, fromBase64(salt));
    const checked = unsealed(key, check);
    if (checked === undefined || !equalBytes(checked, CHECK)) return E.left({ _tag: 'VaultPassphraseWrong', file });
    return E.right(
      vaultOf(file, key, { salt, check, entries: new Map(entries.map(({ name, ...box }) => [name, box])) }),
    );
  };
