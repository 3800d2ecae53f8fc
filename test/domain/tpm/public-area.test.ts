import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import { nameOf } from '../../../domain/tpm/name.js';
import { parsePublic } from '../../../domain/tpm/public-area.js';
import { flipBit, patched } from '../../support/bytes.js';
import { leftOf, rightOf } from '../../support/either.js';
import { CERTIFY, ECC, ECC_384, hex, PSS, RECORDED, RSA } from '../../support/recorded-tpm.js';

/** Offsets in a TPM2B_PUBLIC with an empty authPolicy, as those of AKs are. */
const TYPE = 2;
const NAME_ALG = 4;
const POLICY_SIZE = 10;
const SYMMETRIC = 12;
const SCHEME = 14;
const KEY_BITS = 18;
const EXPONENT = 20;
const MODULUS = 26;

describe('a public area', () => {
  it('of an RSA attestation key says what the TPM made', () => {
    const pub = rightOf(parsePublic(RSA.akPublic));
    expect(pub).toMatchObject({
      type: 'rsa',
      nameAlg: 'sha256',
      attributes: 0x00050072,
      symmetric: undefined,
      scheme: { scheme: 'rsassa', hash: 'sha256' },
      key: { kty: 'rsa', exponent: 65537 },
    });
    expect(pub.tpmt).toEqual(RSA.akPublic.subarray(2));
  });

  it('of ECC keys says curve and scheme', () => {
    expect(rightOf(parsePublic(ECC.akPublic))).toMatchObject({
      type: 'ecc',
      scheme: { scheme: 'ecdsa', hash: 'sha256' },
      key: { kty: 'ecc', curve: 'P-256' },
    });
    expect(rightOf(parsePublic(ECC_384.akPublic))).toMatchObject({
      scheme: { scheme: 'ecdsa', hash: 'sha384' },
      key: { curve: 'P-384' },
    });
  });

  it('of an endorsement key says its policy and how it protects', () => {
    expect(rightOf(parsePublic(RSA.ekPublic))).toMatchObject({
      scheme: { scheme: 'null', hash: undefined },
      symmetric: { algorithm: 'aes', keyBits: 128, mode: 'cfb' },
      authPolicy: hex('837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa'),
    });
  });

  it('of a key without a scheme of its own is read too', () => {
    expect(rightOf(parsePublic(hex(CERTIFY.certifiedPublic)))).toMatchObject({ scheme: { scheme: 'null' } });
  });

  it('keeps the scheme of a key for RSAES, which names no hash', () => {
    const { tpmt } = rightOf(parsePublic(hex(CERTIFY.certifiedPublic)));
    const at = toHex(tpmt).indexOf('00100800') / 2;
    expect(at).toBeGreaterThan(0);
    const rsaes = patched(hex(CERTIFY.certifiedPublic), at + 2, [0x00, 0x15]);
    expect(rightOf(parsePublic(rsaes)).scheme).toEqual({ scheme: 'rsaes', hash: undefined });
  });

  it.each(RECORDED.map((evidence) => [evidence.name, evidence] as const))(
    'has the name that the TPM gave it: %s',
    (_name, { akPublic, akName }) => {
      expect(toHex(nameOf(nodeHashing, rightOf(parsePublic(akPublic))))).toBe(akName);
    },
  );
});

describe('a public area that is not exactly one', () => {
  it.each<[string, Uint8Array, string]>([
    ['is nothing', new Uint8Array(), 'size'],
    ['is over 1 kB', new Uint8Array(1025), 'publicArea'],
    ['says another size', patched(RSA.akPublic, 0, [0, 1]), 'size'],
    ['has bytes behind it', Uint8Array.of(...RSA.akPublic, 0), 'size'],
    ['has bytes behind it that its size counts', grown(RSA.akPublic), 'publicArea'],
    ['is of a symmetric key', patched(RSA.akPublic, TYPE, [0, 0x25]), 'type'],
    ['has no name algorithm', patched(RSA.akPublic, NAME_ALG, [0, 0x10]), 'nameAlg'],
    ['has an unknown name algorithm', patched(RSA.akPublic, NAME_ALG, [0x12, 0x34]), 'nameAlg'],
    ['has a policy that is too long', patched(RSA.akPublic, POLICY_SIZE, [0, 65]), 'authPolicy'],
    ['has a policy of another size than its hash', patched(RSA.akPublic, POLICY_SIZE, [0, 20]), 'publicArea'],
    ['has an unknown cipher', patched(RSA.akPublic, SYMMETRIC, [0, 0x01]), 'symmetric'],
    ['has an unknown scheme', patched(RSA.akPublic, SCHEME, [0, 0x01]), 'scheme'],
    ['has a scheme with an unknown hash', patched(RSA.akPublic, SCHEME + 2, [0, 0x01]), 'scheme.hash'],
    ['has key bits that are none', patched(RSA.akPublic, KEY_BITS, [0, 1]), 'keyBits'],
    ['has other key bits than its modulus', patched(RSA.akPublic, KEY_BITS, [0x0c, 0x00]), 'unique'],
    ['has an even exponent', patched(RSA.akPublic, EXPONENT, [0, 0, 0, 2]), 'exponent'],
    ['has the exponent 1', patched(RSA.akPublic, EXPONENT, [0, 0, 0, 1]), 'exponent'],
    ['has a modulus with leading zeros', patched(RSA.akPublic, MODULUS, [0]), 'unique'],
    ['has an unknown curve', patched(ECC.akPublic, KEY_BITS, [0, 0x10]), 'curveID'],
    ['has another curve than its point', patched(ECC.akPublic, KEY_BITS, [0, 4]), 'unique'],
    ['has an unknown key derivation', patched(ECC.akPublic, KEY_BITS + 2, [0, 1]), 'kdf'],
    ['has a coordinate that is too long', patched(ECC.akPublic, KEY_BITS + 4, [0xff, 0xff]), 'unique.x'],
  ])('is refused by field and rule: it %s', (_what, input, field) => {
    expect(leftOf(parsePublic(input))).toMatchObject({ _tag: 'ParseError', field });
  });

  it('is refused at every truncation', () => {
    for (const whole of [RSA.ekPublic, PSS.akPublic, ECC.akPublic, ECC_384.ekPublic]) {
      for (let size = 0; size < whole.length; size++) expect(E.isLeft(parsePublic(whole.subarray(0, size)))).toBe(true);
    }
  });

  it('never throws, and no changed bit keeps the name', () => {
    const whole = RSA.akPublic;
    fc.assert(
      fc.property(fc.nat({ max: 8 * whole.length - 1 }), (bit) => {
        const read = parsePublic(flipBit(whole, bit));
        expect(E.isRight(read) && toHex(nameOf(nodeHashing, read.right))).not.toBe(RSA.akName);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (input) => E.isLeft(parsePublic(input))));
  });
});

describe('an exponent of zero', () => {
  it('stands for 65537, and another one for itself', () => {
    expect(rightOf(parsePublic(RSA.akPublic)).key).toMatchObject({ exponent: 65537 });
    const three = patched(RSA.akPublic, EXPONENT, [0, 0, 0, 3]);
    expect(rightOf(parsePublic(three)).key).toMatchObject({ exponent: 3 });
  });
});

function grown(whole: Uint8Array): Uint8Array {
  const size = whole.length - 2 + 1;
  return patched(Uint8Array.of(...whole, 0), 0, [size >> 8, size & 0xff]);
}
