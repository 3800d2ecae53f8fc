import { sign } from 'node:crypto';
import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeSignatures } from '../../../adapters/crypto/node/signatures.js';
import { concat } from '../../../domain/encoding/bytes.js';
import type { Signatures } from '../../../domain/ports.js';
import { parsePublic, type TpmPublic } from '../../../domain/tpm/public-area.js';
import { parseSignature, type TpmtSignature, verifyQuoteSignature } from '../../../domain/tpm/signature.js';
import { flipBit, patched } from '../../support/bytes.js';
import { rsaKey } from '../../support/certificate-maker.js';
import { leftOf, rightOf } from '../../support/either.js';
import { CERTIFY, ECC, ECC_384, hex, PSS, RECORDED, type RecordedEvidence, RSA } from '../../support/recorded-tpm.js';

const strict = { sha1: false };
const publicOf = (evidence: RecordedEvidence): TpmPublic => rightOf(parsePublic(evidence.akPublic));
const verify = (pub: TpmPublic, signature: TpmtSignature, message: Uint8Array, allow = strict): unknown =>
  verifyQuoteSignature(nodeSignatures, pub, signature, message, allow);
const credulous: Signatures = { verify: () => true };

const ecdsa = (evidence: RecordedEvidence): TpmtSignature & { readonly scheme: 'ecdsa' } => {
  const signature = rightOf(parseSignature(evidence.signature));
  if (signature.scheme !== 'ecdsa') throw new Error('expected ECDSA');
  return signature;
};

describe('a signature structure', () => {
  it('is read whole', () => {
    expect(rightOf(parseSignature(Uint8Array.of(0, 0x18, 0, 0x0b, 0, 1, 5, 0, 2, 6, 7)))).toEqual({
      scheme: 'ecdsa',
      hash: 'sha256',
      r: Uint8Array.of(5),
      s: Uint8Array.of(6, 7),
    });
    expect(rightOf(parseSignature(PSS.signature))).toMatchObject({ scheme: 'rsapss', hash: 'sha256' });
  });

  it.each<[string, Uint8Array, string]>([
    ['is nothing', new Uint8Array(), 'sigAlg'],
    ['is an HMAC', patched(RSA.signature, 0, [0, 5]), 'sigAlg'],
    ['has an unknown hash', patched(RSA.signature, 2, [0, 0]), 'hash'],
    ['is longer than any RSA key', patched(RSA.signature, 4, [2, 1]), 'sig'],
    ['is longer than any curve', patched(ECC.signature, 4, [0, 67]), 'signatureR'],
    ['has bytes behind it', Uint8Array.of(...RSA.signature, 0), 'signature'],
  ])('is refused by field and rule: it %s', (_what, input, field) => {
    expect(leftOf(parseSignature(input))).toMatchObject({ _tag: 'ParseError', field });
  });

  it('is refused at every truncation', () => {
    for (const whole of [RSA.signature, ECC_384.signature]) {
      for (let size = 0; size < whole.length; size++)
        expect(E.isLeft(parseSignature(whole.subarray(0, size)))).toBe(true);
    }
  });
});

describe('a quote signature', () => {
  it.each(RECORDED.map((evidence) => [evidence.name, evidence] as const))(
    'of a TPM is right: %s',
    (_name, evidence) => {
      expect(verify(publicOf(evidence), rightOf(parseSignature(evidence.signature)), evidence.quote)).toEqual(
        E.right(true),
      );
    },
  );

  it('of a certification is right too', () => {
    const pub = rightOf(parsePublic(hex(CERTIFY.akPublic)));
    const signature = rightOf(parseSignature(hex(CERTIFY.signature)));
    expect(verify(pub, signature, hex(CERTIFY.attest))).toEqual(E.right(true));
  });

  it('is wrong with any bit of message or signature changed', () => {
    for (const evidence of [RSA, PSS, ECC, ECC_384]) {
      const pub = publicOf(evidence);
      const signature = rightOf(parseSignature(evidence.signature));
      fc.assert(
        fc.property(fc.nat({ max: 8 * evidence.quote.length - 1 }), (bit) =>
          E.isLeft(verifyQuoteSignature(nodeSignatures, pub, signature, flipBit(evidence.quote, bit), strict)),
        ),
        { numRuns: 60 },
      );
      fc.assert(
        fc.property(fc.nat({ max: 8 * evidence.signature.length - 1 }), (bit) => {
          const read = parseSignature(flipBit(evidence.signature, bit));
          return (
            E.isLeft(read) || E.isLeft(verifyQuoteSignature(nodeSignatures, pub, read.right, evidence.quote, strict))
          );
        }),
        { numRuns: 100 },
      );
    }
  });

  it('must be of the scheme of the key', () => {
    const signature = rightOf(parseSignature(PSS.signature));
    expect(verify(publicOf(RSA), signature, PSS.quote)).toEqual(
      E.left({ _tag: 'SignatureSchemeMismatch', expected: 'rsassa', actual: 'rsapss' }),
    );
    expect(verify(publicOf(ECC), signature, PSS.quote)).toMatchObject({ left: { _tag: 'SignatureSchemeMismatch' } });
  });

  it('must be over the hash of the key', () => {
    const signature = { ...rightOf(parseSignature(RSA.signature)), hash: 'sha512' } as const;
    expect(verify(publicOf(RSA), signature, RSA.quote)).toEqual(
      E.left({ _tag: 'SignatureHashMismatch', expected: 'sha256', actual: 'sha512' }),
    );
  });

  it('may be of any scheme of its type where the key has none', () => {
    const free = (pub: TpmPublic): TpmPublic => ({ ...pub, scheme: { scheme: 'null', hash: undefined } });
    for (const evidence of [RSA, PSS, ECC]) {
      expect(verify(free(publicOf(evidence)), rightOf(parseSignature(evidence.signature)), evidence.quote)).toEqual(
        E.right(true),
      );
    }
    expect(verify(free(publicOf(ECC)), rightOf(parseSignature(RSA.signature)), RSA.quote)).toMatchObject({
      left: { _tag: 'SignatureSchemeMismatch', expected: 'ecc' },
    });
    expect(verify(free(publicOf(RSA)), ecdsa(ECC), ECC.quote)).toMatchObject({
      left: { _tag: 'SignatureSchemeMismatch' },
    });
  });

  it('over SHA-1 counts only where that is allowed', () => {
    const key = rsaKey();
    const { n } = key.export({ format: 'jwk' });
    const modulus = new Uint8Array(Buffer.from(String(n), 'base64url'));
    const scheme = { scheme: 'rsassa', hash: 'sha1' } as const;
    const pub = { ...publicOf(RSA), scheme, key: { kty: 'rsa', modulus, exponent: 65537 } } as const;
    const signature = { ...scheme, bytes: new Uint8Array(sign('sha1', RSA.quote, key)) };
    expect(verify(pub, signature, RSA.quote)).toEqual(E.left({ _tag: 'SignatureHashNotAllowed', hash: 'sha1' }));
    expect(verify(pub, signature, RSA.quote, { sha1: true })).toEqual(E.right(true));
  });

  it('must be as long as the modulus', () => {
    const { bytes, ...rest } = { bytes: new Uint8Array(), ...rightOf(parseSignature(RSA.signature)) } as {
      bytes: Uint8Array;
      scheme: 'rsassa';
      hash: 'sha256';
    };
    for (const other of [bytes.subarray(1), concat(Uint8Array.of(0), bytes), new Uint8Array()]) {
      expect(verifyQuoteSignature(credulous, publicOf(RSA), { ...rest, bytes: other }, RSA.quote, strict)).toEqual(
        E.left({ _tag: 'SignatureMalformed', field: 'sig' }),
      );
    }
  });

  it('with leading zeros left out is the same numbers, and may not be longer than its curve', () => {
    const signature = ecdsa(ECC);
    const padded = { ...signature, r: concat(new Uint8Array(1), signature.r) };
    expect(verify(publicOf(ECC), padded, ECC.quote)).toMatchObject({
      left: { _tag: 'SignatureMalformed', field: 'signatureR' },
    });
    const seen: Array<Uint8Array> = [];
    const spy: Signatures = { verify: (_k, _s, _h, _m, raw) => seen.push(raw) > 0 };
    const short = { ...signature, r: Uint8Array.of(1), s: Uint8Array.of(2, 3) };
    expect(E.isRight(verifyQuoteSignature(spy, publicOf(ECC), short, ECC.quote, strict))).toBe(true);
    expect(Buffer.from(seen[0] ?? []).toString('hex')).toBe('1'.padStart(64, '0') + '203'.padStart(64, '0'));
  });

  it.each([
    ['zero', new Uint8Array(32)],
    ['nothing', new Uint8Array()],
    ['the order', hex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')],
    ['all ones', new Uint8Array(32).fill(0xff)],
  ])('has r and s from 1 to the order less 1: not %s', (_what, number) => {
    const signature = ecdsa(ECC);
    const fault = (changed: TpmtSignature): unknown =>
      leftOf(verifyQuoteSignature(credulous, publicOf(ECC), changed, ECC.quote, strict));
    expect(fault({ ...signature, r: number })).toEqual({ _tag: 'SignatureMalformed', field: 'signatureR' });
    expect(fault({ ...signature, s: number })).toEqual({ _tag: 'SignatureMalformed', field: 'signatureS' });
  });
});
