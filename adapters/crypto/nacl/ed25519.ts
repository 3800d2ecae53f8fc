import nacl from 'tweetnacl';
import type { VerifyEd25519 } from '../../../domain/ports.js';

/** The group's order, little endian (RFC 8032, 5.1). */
const ORDER = Uint8Array.from([
  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0x10,
]);

const isBelowOrder = (s: Uint8Array): boolean => {
  for (let i = 31; i >= 0; i--) {
    const difference = (s[i] ?? 0) - (ORDER[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
};

/**
 * The second opinion on signatures, by an implementation that shares nothing with the platform's. It takes S + L for S,
 * so S < L is checked here (RFC 8032, 5.1.7). Slow: for self-checks, not for bulk.
 */
export const naclVerifyEd25519: VerifyEd25519 = (publicKey, message, signature) =>
  publicKey.length === nacl.sign.publicKeyLength &&
  signature.length === nacl.sign.signatureLength &&
  isBelowOrder(signature.subarray(32)) &&
  nacl.sign.detached.verify(message, signature, publicKey);

/** The public key of a seed, and a signature by it: the same bytes as any other Ed25519 makes, or something is wrong. */
export const naclPublicKey = (seed: Uint8Array): Uint8Array => nacl.sign.keyPair.fromSeed(seed).publicKey;

export const naclSign = (seed: Uint8Array, message: Uint8Array): Uint8Array =>
  nacl.sign.detached(message, nacl.sign.keyPair.fromSeed(seed).secretKey);
