import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeCertificates } from '../../../adapters/crypto/node/certificates.js';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import type { PublicKey } from '../../../domain/ports.js';
import { ekTemplateOf, endorsementKeyFaults } from '../../../domain/tpm/endorsement-key.js';
import { endorsementKeyDigest, publicKeyDigest } from '../../../domain/tpm/endorsement-key-digest.js';
import { parsePublic } from '../../../domain/tpm/public-area.js';
import { cn, ecKey, makeCertificate } from '../../support/certificate-maker.js';
import { rightOf } from '../../support/either.js';
import { ECC, ECC_384, RSA } from '../../support/recorded-tpm.js';

const ek = rightOf(parsePublic(RSA.ekPublic));

describe('the template of an endorsement key', () => {
  it('is found by everything that the template fixes', () => {
    expect(ekTemplateOf(ek)).toBe('L-1');
    expect(ekTemplateOf(rightOf(parsePublic(ECC.ekPublic)))).toBe('H-3');
  });

  it('is unknown for a key that differs anywhere, which is no fault', () => {
    const others = [
      { ...ek, attributes: ek.attributes | (1 << 6) },
      { ...ek, nameAlg: 'sha384' as const },
      { ...ek, authPolicy: new Uint8Array(32) },
      { ...ek, symmetric: { algorithm: 'aes', keyBits: 256, mode: 'cfb' } as const },
      { ...ek, scheme: { scheme: 'oaep', hash: 'sha256' } as const },
    ];
    for (const other of others) expect(ekTemplateOf(other)).toBeUndefined();
    expect(endorsementKeyFaults({ ...ek, authPolicy: new Uint8Array(32) })).toEqual([]);
  });
});

describe('the digest of an endorsement key', () => {
  it('is the same from its TPM and from its certificate', () => {
    for (const evidence of [RSA, ECC_384]) {
      const { publicKey } = rightOf(nodeCertificates.parse(evidence.ekCertificate));
      if (publicKey === undefined) throw new Error('expected a key');
      expect(publicKeyDigest(nodeHashing, publicKey)).toBe(
        endorsementKeyDigest(nodeHashing, rightOf(parsePublic(evidence.ekPublic))),
      );
    }
  });

  it('does not depend on how numbers are filled or on the template', () => {
    const key = ecKey();
    const { x, y } = createPublicKey(key).export({ format: 'jwk' });
    const [a, b] = [x, y].map((text) => new Uint8Array(Buffer.from(String(text), 'base64url')));
    const short: PublicKey = { kty: 'ecc', curve: 'P-256', x: a ?? new Uint8Array(), y: b ?? new Uint8Array() };
    const long: PublicKey = { ...short, x: Uint8Array.of(0, 0, ...short.x) };
    expect(publicKeyDigest(nodeHashing, short)).toBe(publicKeyDigest(nodeHashing, long));
    expect(endorsementKeyDigest(nodeHashing, { ...ek, attributes: 0 })).toBe(endorsementKeyDigest(nodeHashing, ek));
  });

  it('differs where a number differs or moves from one field to another', () => {
    const digest = (key: PublicKey): string => publicKeyDigest(nodeHashing, key);
    const point = (x: ReadonlyArray<number>, y: ReadonlyArray<number>): PublicKey => ({
      kty: 'ecc',
      curve: 'P-256',
      x: Uint8Array.from(x),
      y: Uint8Array.from(y),
    });
    const keys: ReadonlyArray<PublicKey> = [
      point([1, 2], [3]),
      point([1], [2, 3]),
      point([3], [1, 2]),
      { ...point([1, 2], [3]), curve: 'P-384' } as PublicKey,
      { kty: 'rsa', modulus: Uint8Array.of(1, 2), exponent: 3 },
      { kty: 'rsa', modulus: Uint8Array.of(1, 2), exponent: 5 },
    ];
    expect(new Set(keys.map(digest)).size).toBe(keys.length);
  });

  it('is that of a certificate which another CA made for the same key', () => {
    const key = ecKey();
    const [one, two] = ['a', 'b'].map((text) =>
      rightOf(nodeCertificates.parse(makeCertificate({ subject: cn(text), key }))),
    );
    expect(one?.sha256).not.toBe(two?.sha256);
    expect(one?.publicKey && publicKeyDigest(nodeHashing, one.publicKey)).toBe(
      two?.publicKey && publicKeyDigest(nodeHashing, two.publicKey),
    );
  });
});
