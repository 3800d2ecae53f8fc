import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { equalBytes, fromBase64, toBase64, utf8 } from '../../domain/encoding/bytes.js';
import { kidOf } from '../../domain/ledger/keyring.js';
import type { EventSigner } from '../../domain/ports.js';
import { naclPublicKey, naclSign, naclVerifyEd25519 } from '../crypto/nacl/ed25519.js';
import { nodeHashing } from '../crypto/node/hashing.js';
import type { NamedKey } from './key-file.js';

/** What stands before an Ed25519 seed in PKCS #8 (RFC 8410, 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_KEY_BYTES = 32;

/** A key whose secret is held by the platform's engine only. */
export interface SigningKey {
  readonly named: NamedKey;
  readonly signer: EventSigner;
}

const publicBytes = (key: KeyObject): Uint8Array =>
  new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_KEY_BYTES));

const CHECK = utf8('sekisho/self-check/v1\u0000');

/** Both engines must make the same key and the same signature of the seed, and each believe the other's. */
const enginesAgree = (seed: Uint8Array, privateKey: KeyObject, publicKey: Uint8Array): boolean => {
  const [byPlatform, byNacl] = [new Uint8Array(sign(null, CHECK, privateKey)), naclSign(seed, CHECK)];
  return (
    equalBytes(naclPublicKey(seed), publicKey) &&
    equalBytes(byPlatform, byNacl) &&
    naclVerifyEd25519(publicKey, CHECK, byPlatform) &&
    verify(null, CHECK, createPublicKey(privateKey), byNacl)
  );
};

/** Undefined when the seed is none, or the self-check fails. */
export const signingKeyOf = (seedText: string): SigningKey | undefined => {
  const seed = fromBase64(seedText);
  if (seed.length !== 32) return undefined;
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = publicBytes(privateKey);
  if (!enginesAgree(seed, privateKey, publicKey)) return undefined;
  const kid = kidOf(nodeHashing, publicKey);
  return {
    named: { kid, publicKey: toBase64(publicKey) },
    // At once, in this thread: handing 30 us of work to another one costs more than doing it.
    signer: { kid, sign: (message) => () => Promise.resolve(E.right(new Uint8Array(sign(null, message, privateKey)))) },
  };
};
