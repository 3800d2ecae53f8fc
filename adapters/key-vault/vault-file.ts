import * as t from 'io-ts';
import { closed } from '../../domain/encoding/closed.js';
import { Base64UpTo, ListUpTo, Text } from '../../domain/encoding/primitives.js';

export const MOST_SECRET_BYTES = 65_536;

/** One secret: its name is inside the box too, so that no box can be put under another name. */
const Entry = closed(
  { name: Text(256), nonce: Base64UpTo(24), box: Base64UpTo(MOST_SECRET_BYTES + 1024) },
  'VaultEntry',
);
export type Entry = t.TypeOf<typeof Entry>;

/** The key of all boxes comes from the passphrase and `salt`; `check` tells a wrong passphrase from a damaged entry. */
export const VaultFile = closed(
  {
    v: t.literal(1),
    kdf: t.literal('scrypt-32768-8-1'),
    salt: Base64UpTo(32),
    cipher: t.literal('xsalsa20-poly1305'),
    check: closed({ nonce: Base64UpTo(24), box: Base64UpTo(256) }, 'VaultCheck'),
    entries: ListUpTo(Entry, 4096),
  },
  'VaultFile',
);
export type VaultFile = t.TypeOf<typeof VaultFile>;
