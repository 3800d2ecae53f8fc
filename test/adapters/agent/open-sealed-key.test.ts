import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { openSealedKey } from '../../../adapters/agent/open-sealed-key.js';
import { makeWrappingKey } from '../../../adapters/agent/wrapping-key.js';
import { naclSealing } from '../../../adapters/crypto/nacl/sealed-to-key.js';
import { concat, fromHex, utf8 } from '../../../domain/encoding/bytes.js';
import { flipBit } from '../../support/bytes.js';

const KEY_ID = 'ab'.repeat(32);
const LABEL = utf8('sekisho/sealed-key/v1\u0000');
const own = makeWrappingKey();

const sealed = (message: Uint8Array) => {
  const box = naclSealing.toWrappingKey(own.publicKey, message);
  if (box === undefined) throw new Error('not sealed');
  return box;
};
const malformed = E.left({ _tag: 'AnswerMalformed', field: 'sealed', rule: expect.any(String) });

describe('a key that was sealed to the wrapping key', () => {
  it('opens, whatever its length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 128 }), (key) => {
        const box = sealed(concat(LABEL, fromHex(KEY_ID), key));
        expect(openSealedKey(box, own.secretKey, KEY_ID)).toEqual(E.right(key));
      }),
    );
  });

  it('opens for no other wrapping key, and not as another key', () => {
    const box = sealed(concat(LABEL, fromHex(KEY_ID), new Uint8Array(32)));
    expect(openSealedKey(box, makeWrappingKey().secretKey, KEY_ID)).toEqual(malformed);
    expect(openSealedKey(box, own.secretKey, 'cd'.repeat(32))).toEqual(malformed);
  });

  it('is refused with any bit of it changed', () => {
    const genuine = sealed(concat(LABEL, fromHex(KEY_ID), new Uint8Array(32)));
    fc.assert(
      fc.property(fc.constantFrom('nonce', 'box'), fc.nat(), (part, at) => {
        const changed = { ...genuine, [part]: flipBit(genuine[part], at % (genuine[part].length * 8)) };
        expect(openSealedKey(changed, own.secretKey, KEY_ID)).toEqual(malformed);
      }),
    );
  });

  it('is refused, never thrown at, with anything in its place', () => {
    const bytes = fc.uint8Array({ maxLength: 120 });
    fc.assert(
      fc.property(bytes, bytes, bytes, (ephemeralKey, nonce, box) => {
        expect(openSealedKey({ ephemeralKey, nonce, box }, own.secretKey, KEY_ID)).toEqual(malformed);
      }),
    );
    fc.assert(
      fc.property(bytes, (message) => {
        expect(openSealedKey(sealed(message), own.secretKey, KEY_ID)).toEqual(malformed);
      }),
    );
  });

  it('is refused without a key in it', () => {
    expect(openSealedKey(sealed(concat(LABEL, fromHex(KEY_ID))), own.secretKey, KEY_ID)).toEqual(malformed);
  });
});
