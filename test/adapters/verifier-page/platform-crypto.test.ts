import * as node from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as page from '../../../adapters/verifier-page/platform-crypto.js';
import type { PlatformKey } from '../../../adapters/verifier-page/platform-keys.js';

const bytes = fc.uint8Array({ maxLength: 300 });
const HASHES = ['sha1', 'sha256', 'sha384', 'sha512'] as const;

describe('what stands in for the platform in the page', () => {
  it.each([...HASHES, 'sm3'])('hashes with %s as the platform does, in parts and at once', (name) => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const hash = page.createHash(name);
        hash.update(a);
        hash.update(b);
        const expected = node.createHash(name).update(a).update(b).digest();
        expect(Buffer.from(hash.digest())).toEqual(expected);
        expect(page.hash(name, a)).toBe(node.createHash(name).update(a).digest().toString('latin1'));
      }),
    );
  });

  it('makes the MACs that the platform makes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), bytes, (key, message) => {
        const mac = page.createHmac('sha256', key);
        mac.update(message);
        expect(Buffer.from(mac.digest())).toEqual(node.createHmac('sha256', key).update(message).digest());
      }),
    );
  });

  it('throws for a digest that it does not know, as the platform does', () => {
    expect(() => page.hash('md4', new Uint8Array())).toThrow();
    expect(() => page.createHmac('sm3', new Uint8Array()).digest()).toThrow();
  });
});

type Encoding = 'der' | 'ieee-p1363';

const load = (jwk: node.JsonWebKey): PlatformKey => page.createPublicKey({ key: jwk, format: 'jwk' }) as PlatformKey;

const flipped = (signature: Uint8Array, at: number): Uint8Array =>
  signature.map((byte, i) => (i === at % signature.length ? byte ^ 1 : byte));

describe.each([
  ['P-256', 'prime256v1'],
  ['P-384', 'secp384r1'],
  ['P-521', 'secp521r1'],
])('signatures on %s', (_, namedCurve) => {
  const { privateKey, publicKey } = node.generateKeyPairSync('ec', { namedCurve });
  const key = load(publicKey.export({ format: 'jwk' }));

  it.each(['der', 'ieee-p1363'] as const)(
    'in %s form verify where the platform says so, and nowhere else',
    (dsaEncoding: Encoding) => {
      fc.assert(
        fc.property(bytes, fc.constantFrom(...HASHES), fc.nat(200), (message, hash, at) => {
          const signature = new Uint8Array(node.sign(hash, message, { key: privateKey, dsaEncoding }));
          expect(page.verify(hash, message, { key, dsaEncoding }, signature)).toBe(true);
          const wrong = flipped(signature, at);
          const refused = (): boolean => {
            try {
              return page.verify(hash, message, { key, dsaEncoding }, wrong);
            } catch {
              return false;
            }
          };
          expect(refused()).toBe(node.verify(hash, message, { key: publicKey, dsaEncoding }, wrong));
          expect(page.verify(hash, Uint8Array.of(...message, 1), { key, dsaEncoding }, signature)).toBe(false);
        }),
        { numRuns: 12 },
      );
    },
  );

  it('come from the same point, whether it is read from a JWK or from a SubjectPublicKeyInfo', () => {
    const der = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    const read = page.createPublicKey({ key: der, format: 'der', type: 'spki' });
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
    expect('export' in read && read.export()).toEqual({ kty, crv, x, y });
    const off = der.slice();
    off[off.length - 1] = (off.at(-1) ?? 0) ^ 1;
    expect(() => page.createPublicKey({ key: off, format: 'der', type: 'spki' })).toThrow();
    expect(() => page.createPublicKey({ key: der.subarray(0, -1), format: 'der', type: 'spki' })).toThrow();
  });
});

describe('RSA signatures', () => {
  const { privateKey, publicKey } = node.generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = load(publicKey.export({ format: 'jwk' }));
  const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = node.constants;

  it.each([
    ['PKCS #1 1.5', RSA_PKCS1_PADDING, undefined],
    ['PSS with a salt as long as the digest', RSA_PKCS1_PSS_PADDING, 32],
    ['PSS with the largest salt', RSA_PKCS1_PSS_PADDING, 222],
    ['PSS without salt', RSA_PKCS1_PSS_PADDING, 0],
  ])('in %s verify where the platform says so, and nowhere else', (_, padding, saltLength) => {
    const more = saltLength === undefined ? {} : { saltLength };
    fc.assert(
      fc.property(bytes, fc.nat(255), (message, at) => {
        const signature = new Uint8Array(node.sign('sha256', message, { key: privateKey, padding, ...more }));
        const reading = { key, padding, ...more };
        expect(page.verify('sha256', message, reading, signature)).toBe(true);
        expect(page.verify('sha256', message, reading, flipped(signature, at))).toBe(false);
        expect(page.verify('sha256', Uint8Array.of(...message, 1), reading, signature)).toBe(false);
        expect(page.verify('sha256', message, reading, signature.subarray(1))).toBe(false);
      }),
      { numRuns: 12 },
    );
  });
});
