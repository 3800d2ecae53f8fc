import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naclPublicKey, naclSign, naclVerifyEd25519 } from '../../../../adapters/crypto/nacl/ed25519.js';
import { nodeVerifyEd25519 } from '../../../../adapters/crypto/node/ed25519.js';
import { fromHex, toHex } from '../../../../domain/encoding/bytes.js';

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const plusOrder = (signature: Uint8Array): Uint8Array => {
  const s = BigInt(`0x${Buffer.from(signature.slice(32)).reverse().toString('hex')}`) + ORDER;
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse()]);
};

describe('the second opinion on Ed25519', () => {
  it('makes the keys and signatures of RFC 8032, 7.1', () => {
    const seed = fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
    const message = fromHex('72');
    expect(toHex(naclPublicKey(seed))).toBe('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
    expect(toHex(naclSign(seed, message))).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
  });

  it('agrees with the platform on good, changed and malleated signatures', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, fc.uint8Array({ maxLength: 200 }), fc.nat(511), (seed, message, bit) => {
        const key = naclPublicKey(seed);
        const good = naclSign(seed, message);
        const changed = good.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        const judged = [good, changed, plusOrder(good)].map((signature) => [
          naclVerifyEd25519(key, message, signature),
          nodeVerifyEd25519(key, message, signature),
        ]);
        expect(judged).toEqual([
          [true, true],
          [false, false],
          [false, false],
        ]);
      }),
      { numRuns: 15 },
    );
  });

  it('takes no key or signature of another length', () => {
    const [seed, message] = [new Uint8Array(32).fill(1), new Uint8Array(3)];
    const [key, good] = [naclPublicKey(seed), naclSign(seed, message)];
    expect(naclVerifyEd25519(key.subarray(1), message, good)).toBe(false);
    expect(naclVerifyEd25519(key, message, good.subarray(1))).toBe(false);
  });
});
