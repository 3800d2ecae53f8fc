import { randomBytes } from 'node:crypto';
import nacl from 'tweetnacl';
import type { Sealing } from '../../../domain/key-service-deps.js';
import { secretBox } from './secret-box.js';

const isAllZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/**
 * X25519, XSalsa20-Poly1305 (nacl's box), with a sender key that exists for one message. A public key of small order shares
 * zeroes with everybody (RFC 7748, 6.1): nothing is sealed to one.
 */
export const naclSealing: Sealing = {
  toWrappingKey: (to, message) => {
    if (to.length !== nacl.box.publicKeyLength) return undefined;
    const ephemeral = nacl.box.keyPair();
    const agreed = nacl.scalarMult(ephemeral.secretKey, to);
    const shared = nacl.box.before(to, ephemeral.secretKey);
    ephemeral.secretKey.fill(0);
    const small = isAllZero(agreed);
    agreed.fill(0);
    const nonce = new Uint8Array(randomBytes(nacl.box.nonceLength));
    const box = small ? undefined : secretBox(message, nonce, shared);
    shared.fill(0);
    return box === undefined ? undefined : { ephemeralKey: ephemeral.publicKey, nonce, box };
  },
};
