import { randomBytes, scrypt } from 'node:crypto';
import * as t from 'io-ts';
import nacl from 'tweetnacl';
import { fromBase64, toBase64 } from '../../../domain/encoding/bytes.js';
import { closed } from '../../../domain/encoding/closed.js';
import { Base64UpTo } from '../../../domain/encoding/primitives.js';

/** About 32 MiB and a tenth of a second for each guess. Only these parameters are read: a file can't ask for weaker ones. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** Secret bytes under a passphrase: scrypt, then XSalsa20-Poly1305. */
export const Sealed = closed(
  {
    kdf: t.literal('scrypt-32768-8-1'),
    salt: Base64UpTo(32),
    cipher: t.literal('xsalsa20-poly1305'),
    nonce: Base64UpTo(24),
    box: Base64UpTo(4096),
  },
  'Sealed',
);
export type Sealed = t.TypeOf<typeof Sealed>;

/** 32 bytes, slow to make: a tenth of a second. */
export const passphraseKey = (passphrase: string, salt: Uint8Array): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, nacl.secretbox.keyLength, COST, (error, key) =>
      error === null ? resolve(new Uint8Array(key)) : reject(error),
    );
  });

export const seal = async (passphrase: string, secret: Uint8Array): Promise<Sealed> => {
  const [salt, nonce] = [new Uint8Array(randomBytes(32)), new Uint8Array(randomBytes(nacl.secretbox.nonceLength))];
  const box = nacl.secretbox(secret, nonce, await passphraseKey(passphrase, salt));
  return {
    kdf: 'scrypt-32768-8-1',
    salt: toBase64(salt),
    cipher: 'xsalsa20-poly1305',
    nonce: toBase64(nonce),
    box: toBase64(box),
  };
};

/** Undefined for a wrong passphrase and for an edited box: the two can't be told apart. */
export const unseal = async (passphrase: string, sealed: Sealed): Promise<Uint8Array | undefined> => {
  const nonce = fromBase64(sealed.nonce);
  if (nonce.length !== nacl.secretbox.nonceLength) return undefined;
  const key = await passphraseKey(passphrase, fromBase64(sealed.salt));
  return nacl.secretbox.open(fromBase64(sealed.box), nonce, key) ?? undefined;
};
