import { constants, createDecipheriv, createPublicKey, privateDecrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeCredentialEngine } from '../../../../adapters/crypto/node/credential-engine.js';
import { fromHex, toHex, utf8 } from '../../../../domain/encoding/bytes.js';
import type { PublicKey } from '../../../../domain/ports.js';
import { rsaKey } from '../../../support/certificate-maker.js';

describe('the engine for credentials', () => {
  it('encrypts with OAEP so that only the right key, hash and label open it', () => {
    const key = rsaKey();
    const { n } = createPublicKey(key).export({ format: 'jwk' });
    const modulus = new Uint8Array(Buffer.from(String(n), 'base64url'));
    const label = utf8('IDENTITY\0');
    const sealed = nodeCredentialEngine.rsaOaepEncrypt(
      { kty: 'rsa', modulus, exponent: 65537 },
      'sha256',
      label,
      utf8('seed'),
    );
    const open = (oaepHash: string, oaepLabel: Uint8Array): string =>
      privateDecrypt(
        { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash, oaepLabel },
        sealed ?? new Uint8Array(),
      ).toString();
    expect(open('sha256', label)).toBe('seed');
    expect(() => open('sha256', utf8('IDENTITY'))).toThrow();
    expect(() => open('sha384', label)).toThrow();
  });

  it('says so when nothing can be encrypted to a key', () => {
    const none: PublicKey = { kty: 'rsa', modulus: new Uint8Array(256), exponent: 65537 };
    const short: PublicKey = { kty: 'rsa', modulus: Uint8Array.of(0x8f, 1), exponent: 65537 };
    for (const key of [none, short]) {
      expect(nodeCredentialEngine.rsaOaepEncrypt(key, 'sha256', utf8('l'), new Uint8Array(32))).toBeUndefined();
    }
  });

  it.each([16, 32])('encrypts with AES in CFB mode under a zero IV: %i bytes of key', (size) => {
    const key = new Uint8Array(size).fill(3);
    const message = utf8('thirty-four bytes, not whole blocks');
    const sealed = nodeCredentialEngine.aesCfbEncrypt(key, message);
    const decipher = createDecipheriv(`aes-${String(8 * size)}-cfb`, key, new Uint8Array(16));
    expect(sealed).toHaveLength(message.length);
    expect(toHex(new Uint8Array(decipher.update(sealed)))).toBe(toHex(message));
  });

  it('agrees with a peer on a shared x, with a new key each time', () => {
    const first = nodeCredentialEngine.ecdhEphemeral(generator);
    const second = nodeCredentialEngine.ecdhEphemeral(generator);
    // The peer's private key is 1, so the shared point is the ephemeral key itself.
    expect(first?.ephemeral.kty === 'ecc' && toHex(first.ephemeral.x)).toBe(toHex(first?.sharedX ?? new Uint8Array()));
    expect(first?.sharedX).toHaveLength(32);
    expect(toHex(first?.sharedX ?? new Uint8Array())).not.toBe(toHex(second?.sharedX ?? new Uint8Array()));
  });

  it('refuses a point that is not on its curve', () => {
    expect(nodeCredentialEngine.ecdhEphemeral({ ...generator, y: new Uint8Array(32).fill(1) })).toBeUndefined();
    expect(
      nodeCredentialEngine.ecdhEphemeral({ ...generator, x: new Uint8Array(), y: new Uint8Array() }),
    ).toBeUndefined();
    expect(
      nodeCredentialEngine.ecdhEphemeral({ kty: 'rsa', modulus: new Uint8Array(256), exponent: 3 }),
    ).toBeUndefined();
  });
});

/** The base point of P-256 (FIPS 186-4, D.1.2.3). */
const generator = {
  kty: 'ecc',
  curve: 'P-256',
  x: fromHex('6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296'),
  y: fromHex('4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5'),
} as const;
