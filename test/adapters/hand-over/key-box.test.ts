import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSeed, sealSeed } from '../../../adapters/hand-over/key-box.js';
import { signingKeyOf } from '../../../adapters/key-store/signing-key.js';
import { fromBase64, toBase64 } from '../../../domain/encoding/bytes.js';
import type { KeyBox, SharedKey } from '../../../domain/hand-over/messages.js';
import { flipBit } from '../../support/bytes.js';

const seedOf = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

const eventKey = (fill: number) => {
  const named = signingKeyOf(toBase64(seedOf(fill)))?.named;
  if (named === undefined) throw new Error('no key');
  return { seed: seedOf(fill), kid: named.kid, publicKey: fromBase64(named.publicKey) };
};

const AUTHORITY = 'a'.repeat(16);
const KEY: SharedKey = { kid: 'b'.repeat(16), publicKey: toBase64(seedOf(9)), purpose: 'log' };
const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i);
const [node, other] = [eventKey(1), eventKey(2)];

const sealed = (): KeyBox => {
  const box = sealSeed(AUTHORITY, KEY, node, SECRET);
  if (box === undefined) throw new Error('no box');
  return box;
};

describe('a shared key sealed to an event key', () => {
  it('opens with that key, for what it was sealed for', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (own, secret) => {
          const named = signingKeyOf(toBase64(own))?.named;
          const to = { kid: named?.kid ?? '', publicKey: fromBase64(named?.publicKey ?? '') };
          const box = sealSeed(AUTHORITY, KEY, to, secret);
          return (
            box !== undefined && Buffer.compare(openSeed(AUTHORITY, KEY, box, own) ?? new Uint8Array(), secret) === 0
          );
        },
      ),
      { numRuns: 20 },
    );
  });

  it('opens with no other key, and for nothing else', () => {
    const box = sealed();
    expect(openSeed(AUTHORITY, KEY, box, node.seed)).toEqual(SECRET);
    expect(openSeed(AUTHORITY, KEY, box, other.seed)).toBeUndefined();
    expect(openSeed('c'.repeat(16), KEY, box, node.seed)).toBeUndefined();
    expect(openSeed(AUTHORITY, { ...KEY, purpose: 'token' }, box, node.seed)).toBeUndefined();
    expect(openSeed(AUTHORITY, { ...KEY, kid: 'd'.repeat(16) }, box, node.seed)).toBeUndefined();
    expect(openSeed(AUTHORITY, KEY, { ...box, to: other.kid }, node.seed)).toBeUndefined();
  });

  it('does not open when any bit of it was changed, and of no length but its own', () => {
    const box = sealed();
    for (const field of ['ephemeralKey', 'nonce', 'box'] as const) {
      const bytes = fromBase64(box[field]);
      // X25519 does not read the highest bit of a public key (RFC 7748, 5).
      const bits = 8 * bytes.length - (field === 'ephemeralKey' ? 1 : 0);
      for (let bit = 0; bit < bits; bit += 7) {
        const changed = { ...box, [field]: toBase64(flipBit(bytes, bit)) };
        expect(openSeed(AUTHORITY, KEY, changed, node.seed), `${field} ${String(bit)}`).toBeUndefined();
      }
      for (const length of [1, bytes.length - 1])
        expect(
          openSeed(AUTHORITY, KEY, { ...box, [field]: toBase64(bytes.slice(0, length)) }, node.seed),
        ).toBeUndefined();
    }
  });

  it('is not made for a public key that is none', () => {
    const weak = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0));
    for (const publicKey of [weak, new Uint8Array(32).fill(255), new Uint8Array(31)])
      expect(sealSeed(AUTHORITY, KEY, { kid: node.kid, publicKey }, SECRET)).toBeUndefined();
  });
});
