import { createHash, createHmac, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { canonicalize } from '../../adapters/crypto/canonicalize.js';
import { kidOf } from '../../domain/ledger/keyring.js';
import type { EntryEngines } from '../../domain/ledger/ledger.js';
import type { EventSigner, Hashing } from '../../domain/ports.js';

export const hashing: Hashing = {
  hash: (algorithm, ...parts) => {
    const hash = createHash(algorithm === 'sm3_256' ? 'sm3' : algorithm);
    for (const part of parts) hash.update(part);
    return new Uint8Array(hash.digest());
  },
  hmac: (algorithm, key, ...parts) => {
    const hmac = createHmac(algorithm === 'sm3_256' ? 'sm3' : algorithm, key);
    for (const part of parts) hmac.update(part);
    return new Uint8Array(hmac.digest());
  },
};

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicKeys = new Map<string, KeyObject>();

const keyObject = (publicKey: Uint8Array): KeyObject => {
  const name = Buffer.from(publicKey).toString('hex');
  const known = publicKeys.get(name);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
  publicKeys.set(name, key);
  return key;
};

/** Enough for keys that tests made themselves. */
export const engines: EntryEngines = {
  hashing,
  canonicalize,
  verifyEd25519: (publicKey, message, signature) => verify(null, message, keyObject(publicKey), signature),
};

export interface TestKey extends EventSigner {
  readonly publicKey: Uint8Array;
  readonly signNow: (message: Uint8Array) => Uint8Array;
  readonly named: { readonly kid: string; readonly publicKey: string };
}

const keyOf = (privateKey: KeyObject): TestKey => {
  const publicKey = new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32));
  const kid = kidOf(hashing, publicKey);
  const signNow = (message: Uint8Array): Uint8Array => new Uint8Array(sign(null, message, privateKey));
  return {
    kid,
    publicKey,
    named: { kid, publicKey: Buffer.from(publicKey).toString('base64') },
    sign: (message) => TE.right(signNow(message)),
    signNow,
  };
};

/** The same key for the same number, so that ledgers of tests repeat. */
export const keyFromSeed = (seed: number): TestKey =>
  keyOf(createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, Buffer.alloc(32, seed)]), format: 'der', type: 'pkcs8' }));
