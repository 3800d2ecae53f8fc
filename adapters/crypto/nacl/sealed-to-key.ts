import { randomBytes } from 'node:crypto';
import nacl from 'tweetnacl';
import type { Sealing } from '../../../domain/key-service-deps.js';

const isAllZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/**
 * X25519, XSalsa20-Poly1305 (nacl's box), with a sender key that exists for one message. A public key of small order shares
 * zeroes with everybody (RFC 7748, 6.1): nothing is sealed to one.
 */
export const naclSealing: Sealing = {
  toWrappingKey: (to, message) => {
    if (to.length !== nacl.box.publicKeyLength) return undefined;
    const ephemeral = nacl.box.keyPair();
    if (isAllZero(nacl.scalarMult(ephemeral.secretKey, to))) return undefined;
    const nonce = new Uint8Array(randomBytes(nacl.box.nonceLength));
    const box = nacl.box(message, nonce, to, ephemeral.secretKey);
    ephemeral.secretKey.fill(0);
    return { ephemeralKey: ephemeral.publicKey, nonce, box };
  },
};
