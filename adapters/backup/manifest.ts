import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { fromBase64, utf8 } from '../../domain/encoding/bytes.js';
import { closed } from '../../domain/encoding/closed.js';
import { Base64UpTo, Hex, Instant, ListUpTo, SafeInt, Sha256Hex, Text } from '../../domain/encoding/primitives.js';
import type { Keyring } from '../../domain/ledger/keyring.js';
import { canonicalize } from '../crypto/canonicalize.js';
import { nodeVerifyEd25519 } from '../crypto/node/ed25519.js';

const MOST_FILES = 64;

const BackupFile = closed({ name: Text(128), size: SafeInt, sha256: Sha256Hex }, 'BackupFile');
export type BackupFile = t.TypeOf<typeof BackupFile>;

/** What a backup holds, signed with the event key: whoever swaps or cuts a file of it is found out. */
export const Manifest = closed(
  {
    v: t.literal(1),
    /** Founding authority key. */
    authority: Hex(8),
    at: Instant,
    /** Whether the key file in it can sign. */
    keys: t.boolean,
    files: ListUpTo(BackupFile, MOST_FILES),
    kid: Hex(8),
    sig: Base64UpTo(64),
  },
  'Manifest',
);
export type Manifest = t.TypeOf<typeof Manifest>;

export const MANIFEST = 'manifest.json';

export const manifestInput = ({ v, authority, at, keys, files, kid }: Omit<Manifest, 'sig'>): Uint8Array => {
  const said = canonicalize({ v, authority, at, keys, files: files.map((file) => ({ ...file })), kid });
  return utf8(`sekisho/backup/v1\u0000${E.isRight(said) ? said.right : ''}`);
};

/** Signed by an event key that the ledger in the backup introduces. */
export const isSigned = (keyring: Keyring, manifest: Manifest): boolean =>
  pipe(
    keyring.get(manifest.kid),
    (key) =>
      key?.purpose === 'event' && nodeVerifyEd25519(key.publicKey, manifestInput(manifest), fromBase64(manifest.sig)),
  );
