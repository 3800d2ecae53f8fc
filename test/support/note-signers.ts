import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { nodeVerifyEd25519 } from '../../adapters/crypto/node/ed25519.js';
import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import { keyOfSigner, type NoteSigner, type SigningEngines } from '../../domain/transparency/sign-note.js';
import type { KeyType, VerifierKey } from '../../domain/transparency/verifier-key.js';
import { right } from './ledger.js';

export const noteEngines: SigningEngines = { hashing: nodeHashing, verifyEd25519: nodeVerifyEd25519 };

const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export const signerFromSeed = (name: string, seed: Uint8Array): NoteSigner => {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32));
  return { name, publicKey, sign: (message) => TE.right(new Uint8Array(sign(null, message, key))) };
};

/** The same signer for the same number. */
export const noteSigner = (name: string, seed: number): NoteSigner =>
  signerFromSeed(name, new Uint8Array(32).fill(seed));

export const verifierKey = (signer: NoteSigner, type: KeyType): VerifierKey =>
  right(keyOfSigner(nodeHashing, signer, type));
