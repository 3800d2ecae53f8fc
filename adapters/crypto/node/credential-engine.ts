import { constants, createCipheriv, createECDH, publicEncrypt } from 'node:crypto';
import { concat } from '../../../domain/encoding/bytes.js';
import type { CredentialEngine, EccCurve, PublicKey } from '../../../domain/ports.js';
import { DIGEST_NAMES } from './hashing.js';
import { keyObjectOf } from './key-object.js';

const CURVE_NAMES: Readonly<Record<EccCurve, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
};
const BLOCK_SIZE = 16;
const UNCOMPRESSED = Uint8Array.of(0x04);

const pointOf = (encoded: Buffer, curve: EccCurve): PublicKey => {
  const size = (encoded.length - 1) / 2;
  return {
    kty: 'ecc',
    curve,
    x: new Uint8Array(encoded.subarray(1, 1 + size)),
    y: new Uint8Array(encoded.subarray(1 + size)),
  };
};

export const nodeCredentialEngine: CredentialEngine = {
  rsaOaepEncrypt: (key, hash, label, message) => {
    const object = keyObjectOf(key);
    if (object === undefined) return undefined;
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const input = { key: object, padding, oaepHash: DIGEST_NAMES[hash], oaepLabel: label };
    try {
      return new Uint8Array(publicEncrypt(input, message));
    } catch {
      return undefined;
    }
  },
  // A zero IV: each symmetric key is derived for one message (TPM 2.0 Part 1, 24.4).
  aesCfbEncrypt: (key, message) =>
    new Uint8Array(
      createCipheriv(`aes-${String(8 * key.length)}-cfb`, key, new Uint8Array(BLOCK_SIZE)).update(message),
    ),
  ecdhEphemeral: (peer) => {
    if (peer.kty !== 'ecc') return undefined;
    const ecdh = createECDH(CURVE_NAMES[peer.curve]);
    const ephemeral = pointOf(ecdh.generateKeys(), peer.curve);
    try {
      return { ephemeral, sharedX: new Uint8Array(ecdh.computeSecret(concat(UNCOMPRESSED, peer.x, peer.y))) };
    } catch {
      return undefined;
    }
  },
};
