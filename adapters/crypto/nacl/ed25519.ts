import nacl from 'tweetnacl';
import type { VerifyEd25519 } from '../../../domain/ports.js';
import { isSoundSignature } from '../ed25519-rules.js';

/**
 * The second opinion on signatures, by an implementation that shares nothing with the platform's. It takes S + L for S,
 * so what is sound is decided before it is asked (RFC 8032, 5.1.7). Slow: for self-checks and the verifier page, not for bulk.
 */
export const naclVerifyEd25519: VerifyEd25519 = (publicKey, message, signature) =>
  isSoundSignature(publicKey, signature) && nacl.sign.detached.verify(message, signature, publicKey);

/** The public key of a seed, and a signature by it: the same bytes as any other Ed25519 makes, or something is wrong. */
export const naclPublicKey = (seed: Uint8Array): Uint8Array => nacl.sign.keyPair.fromSeed(seed).publicKey;

export const naclSign = (seed: Uint8Array, message: Uint8Array): Uint8Array =>
  nacl.sign.detached(message, nacl.sign.keyPair.fromSeed(seed).secretKey);
