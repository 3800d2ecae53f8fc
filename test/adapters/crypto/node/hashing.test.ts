import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../../adapters/crypto/node/hashing.js';
import { toHex, utf8 } from '../../../../domain/encoding/bytes.js';
import { DIGEST_SIZES, HASH_ALGORITHMS } from '../../../../domain/tpm/algorithms.js';

const abc = utf8('abc');

describe('hashing', () => {
  // FIPS 180-4 example values; GB/T 32905 A.1 for SM3.
  it.each([
    ['sha1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['sha384', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
    [
      'sha512',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
    ['sm3_256', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
  ] as const)('gives the standard answer: %s', (algorithm, digest) => {
    expect(toHex(nodeHashing.hash(algorithm, abc))).toBe(digest);
  });

  it.each(HASH_ALGORITHMS)('takes parts as their concatenation: %s', (algorithm) => {
    const [a, b] = [utf8('a'), utf8('bc')];
    expect(nodeHashing.hash(algorithm, a, b)).toEqual(nodeHashing.hash(algorithm, abc));
    expect(nodeHashing.hash(algorithm)).toEqual(nodeHashing.hash(algorithm, new Uint8Array()));
    expect(nodeHashing.hmac(algorithm, a, a, b)).toEqual(nodeHashing.hmac(algorithm, a, utf8('abc')));
    expect(nodeHashing.hash(algorithm, abc)).toHaveLength(DIGEST_SIZES[algorithm]);
  });

  it('keys a MAC as RFC 4231 (test case 2) has it', () => {
    const mac = nodeHashing.hmac('sha256', utf8('Jefe'), utf8('what do ya want '), utf8('for nothing?'));
    expect(toHex(mac)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  it('gives plain byte arrays that slice as a copy', () => {
    const digest = nodeHashing.hash('sha256', abc);
    expect(digest.constructor).toBe(Uint8Array);
    digest.slice(0, 4)[0] = 0;
    expect(digest[0]).toBe(0xba);
  });
});
