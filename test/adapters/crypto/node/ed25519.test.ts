import nacl from 'tweetnacl';
import { describe, expect, it } from 'vitest';
import { nodeVerifyEd25519 } from '../../../../adapters/crypto/node/ed25519.js';
import { fromHex, utf8 } from '../../../../domain/encoding/bytes.js';

const pair = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(7));
const message = utf8('an event');
const signature = nacl.sign.detached(message, pair.secretKey);

/** L, little endian (RFC 8032, 5.1). */
const ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

/** The same signature with S + L, which is the same S to an arithmetic that reduces it. */
const malleated = (made: Uint8Array): Uint8Array => {
  const other = Uint8Array.from(made);
  let carry = 0;
  for (let i = 0; i < 32; i++) {
    const sum = (made[32 + i] ?? 0) + (ORDER[i] ?? 0) + carry;
    other[32 + i] = sum & 0xff;
    carry = sum >> 8;
  }
  return other;
};

describe('Ed25519', () => {
  // RFC 8032, 7.1: tests 1 and 2.
  it.each([
    [
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
  ])('accepts the signatures of the standard: %s', (key, text, made) => {
    expect(nodeVerifyEd25519(fromHex(key), fromHex(text), fromHex(made))).toBe(true);
    expect(nodeVerifyEd25519(fromHex(key), fromHex(`${text}00`), fromHex(made))).toBe(false);
  });

  it('agrees with tweetnacl on signatures that are right, and on changed ones', () => {
    for (let i = 0; i < 8; i++) {
      const keys = nacl.sign.keyPair();
      const made = nacl.sign.detached(message, keys.secretKey);
      const changed = Uint8Array.from(made, (byte, at) => (at === 3 * i ? byte ^ 0x10 : byte));
      for (const one of [made, changed]) {
        expect(nodeVerifyEd25519(keys.publicKey, message, one)).toBe(
          nacl.sign.detached.verify(message, one, keys.publicKey),
        );
      }
    }
  });

  it('refuses a second form of a right signature (S + L), which tweetnacl alone would accept', () => {
    expect(nodeVerifyEd25519(pair.publicKey, message, signature)).toBe(true);
    expect(nacl.sign.detached.verify(message, malleated(signature), pair.publicKey)).toBe(true);
    expect(nodeVerifyEd25519(pair.publicKey, message, malleated(signature))).toBe(false);
  });

  it.each([
    ['neutral element', `01${'00'.repeat(31)}`],
    ['neutral element with a sign', `01${'00'.repeat(30)}80`],
    ['order 2', `ec${'ff'.repeat(30)}7f`],
    ['order 4', '00'.repeat(32)],
    ['order 4 with a sign', `${'00'.repeat(31)}80`],
    ['order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['order 8 with a sign', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'],
    ['order 8, the other', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['y = p + 1, another form of 1', `ee${'ff'.repeat(30)}7f`],
    ['y = p + 18', `ff${'ff'.repeat(30)}7f`],
  ])('refuses a key that any signature could be made to fit: %s', (_name, key) => {
    const point = fromHex(key);
    // R = the key itself or the neutral element, S = 0: right for some or all messages where such keys are let in.
    for (const r of [point, fromHex(`01${'00'.repeat(31)}`)]) {
      for (const text of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) {
        const forged = Uint8Array.from([...r, ...new Uint8Array(32)]);
        expect(nodeVerifyEd25519(point, utf8(text), forged)).toBe(false);
      }
    }
  });

  it('refuses keys and signatures of another size without throwing', () => {
    for (const size of [0, 31, 33, 64])
      expect(nodeVerifyEd25519(new Uint8Array(size).fill(9), message, signature)).toBe(false);
    for (const size of [0, 63, 65])
      expect(nodeVerifyEd25519(pair.publicKey, message, new Uint8Array(size))).toBe(false);
  });
});
