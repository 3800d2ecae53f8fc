import { constants, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeSignatures } from '../../../../adapters/crypto/node/signatures.js';
import type { PublicKey } from '../../../../domain/ports.js';
import { ecKey, rsaKey } from '../../../support/certificate-maker.js';

const message = Buffer.from('a quote');
const number = (text: unknown): Uint8Array => new Uint8Array(Buffer.from(String(text), 'base64url'));
const publicOf = (key: KeyObject): PublicKey => {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return jwk.kty === 'RSA'
    ? { kty: 'rsa', modulus: number(jwk.n), exponent: 65537 }
    : { kty: 'ecc', curve: jwk.crv as 'P-256', x: number(jwk.x), y: number(jwk.y) };
};

const rsa = rsaKey();
const pss = (saltLength: number): Buffer =>
  sign('sha256', message, { key: rsa, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
const verify = nodeSignatures.verify;

describe('a signature', () => {
  it('is right for PKCS #1 version 1.5, and not as PSS', () => {
    const made = sign('sha384', message, rsa);
    expect(verify(publicOf(rsa), 'rsassa', 'sha384', message, made)).toBe(true);
    expect(verify(publicOf(rsa), 'rsassa', 'sha256', message, made)).toBe(false);
    expect(verify(publicOf(rsa), 'rsapss', 'sha384', message, made)).toBe(false);
  });

  it('is right as PSS with a salt of the size of the digest or the largest, and no other', () => {
    const results = [32, 256 - 32 - 2, 20, 0].map((salt) =>
      verify(publicOf(rsa), 'rsapss', 'sha256', message, pss(salt)),
    );
    expect(results).toEqual([true, true, false, false]);
  });

  it.each(['P-256', 'P-384', 'P-521'])('is right as raw ECDSA on %s', (curve) => {
    const key = ecKey(curve);
    const made = sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
    expect(verify(publicOf(key), 'ecdsa', 'sha256', message, made)).toBe(true);
    expect(verify(publicOf(key), 'ecdsa', 'sha256', Buffer.from('another'), made)).toBe(false);
    expect(verify(publicOf(key), 'rsassa', 'sha256', message, made)).toBe(false);
  });

  it('is wrong, and nothing throws, for keys and signatures that make no sense', () => {
    const offCurve: PublicKey = { kty: 'ecc', curve: 'P-256', x: new Uint8Array(32), y: new Uint8Array(32) };
    const noModulus: PublicKey = { kty: 'rsa', modulus: new Uint8Array(256), exponent: 65537 };
    const tiny: PublicKey = { kty: 'rsa', modulus: Uint8Array.of(15), exponent: 3 };
    const odd: PublicKey = { kty: 'ecc', curve: 'P-256', x: new Uint8Array(), y: new Uint8Array(99) };
    for (const key of [offCurve, noModulus, tiny, odd, publicOf(rsa), publicOf(ecKey())]) {
      for (const scheme of ['rsassa', 'rsapss', 'ecdsa'] as const) {
        for (const signature of [
          new Uint8Array(),
          new Uint8Array(1),
          new Uint8Array(64),
          new Uint8Array(256),
          new Uint8Array(9999),
        ]) {
          expect(verify(key, scheme, 'sha512', message, signature)).toBe(false);
        }
      }
    }
  });
});
