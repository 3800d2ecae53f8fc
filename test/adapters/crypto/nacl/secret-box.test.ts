import * as fc from 'fast-check';
import nacl from 'tweetnacl';
import { expect, it } from 'vitest';
import { secretBox } from '../../../../adapters/crypto/nacl/secret-box.js';

const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });

it('makes the boxes that nacl makes, and leaves message and key as they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes(24), bytes(32), (message, nonce, key) => {
      const before = [message.slice(), key.slice()];
      const box = secretBox(message, nonce, key);
      expect(box).toEqual(nacl.secretbox(message, nonce, key));
      expect(nacl.secretbox.open(box, nonce, key)).toEqual(message);
      expect([message, key]).toEqual(before);
    }),
  );
});
