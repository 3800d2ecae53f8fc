import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import { parseAttest, type QuoteAttest } from '../../../domain/tpm/attest.js';
import { nameOf } from '../../../domain/tpm/name.js';
import { selectedPcrs } from '../../../domain/tpm/pcr-selection.js';
import { parsePublic } from '../../../domain/tpm/public-area.js';
import { flipBit, patched } from '../../support/bytes.js';
import { leftOf, rightOf } from '../../support/either.js';
import { CERTIFY, CREATED, hex, RECORDED, RSA } from '../../support/recorded-tpm.js';

const quoteOf = (bytes: Uint8Array): QuoteAttest => {
  const attest = rightOf(parseAttest(bytes));
  if (attest._tag !== 'Quote') throw new Error('expected a quote');
  return attest;
};

const u16 = (value: number): ReadonlyArray<number> => [value >> 8, value & 0xff];
const selection = (bank: number, ...bitmap: ReadonlyArray<number>): ReadonlyArray<number> => [
  ...u16(bank),
  bitmap.length,
  ...bitmap,
];

/** A quote written by hand (TPM 2.0 Part 2, 10.12): what follows the signer's name and extra data is fixed. */
const quote = (
  selections: ReadonlyArray<ReadonlyArray<number>>,
  fields: { safe?: number; extra?: number } = {},
): Uint8Array => {
  const extra = new Array<number>(fields.extra ?? 4).fill(7);
  const head = [0xff, 0x54, 0x43, 0x47, 0x80, 0x18, 0, 1, 9, ...u16(extra.length), ...extra];
  const clock = [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 3, fields.safe ?? 1];
  const firmware = [0xff, 0, 0, 0, 0, 0, 0, 1];
  const count = [0, 0, 0, selections.length];
  return Uint8Array.from([...head, ...clock, ...firmware, ...count, ...selections.flat(), 0, 2, 5, 6]);
};
const SELECT = 4 + 2 + 3 + 6 + 17 + 8;

describe('an attestation', () => {
  it('of a quote has all its fields', () => {
    expect(quoteOf(quote([selection(0x0b, 0x81, 0, 0x80), selection(0x04, 0, 1, 0)]))).toEqual({
      _tag: 'Quote',
      qualifiedSigner: Uint8Array.of(9),
      extraData: Uint8Array.of(7, 7, 7, 7),
      clockInfo: { clock: 256n, resetCount: 2, restartCount: 3, safe: true },
      firmwareVersion: 0xff00000000000001n,
      pcrSelections: [
        { bank: 'sha256', bitmap: Uint8Array.of(0x81, 0, 0x80) },
        { bank: 'sha1', bitmap: Uint8Array.of(0, 1, 0) },
      ],
      pcrDigest: Uint8Array.of(5, 6),
    });
  });

  it.each(RECORDED.map((evidence) => [evidence.name, evidence] as const))(
    'of a real quote carries the nonce that it was asked for: %s',
    (_name, evidence) => expect(toHex(quoteOf(evidence.quote).extraData)).toBe(evidence.nonce),
  );

  it('of a certification names the certified key', () => {
    const attest = rightOf(parseAttest(hex(CERTIFY.attest)));
    const name = nameOf(nodeHashing, rightOf(parsePublic(hex(CERTIFY.certifiedPublic))));
    expect(attest._tag).toBe('Certify');
    expect(attest._tag === 'Certify' && toHex(attest.name)).toBe(toHex(name));
    expect(toHex(attest.extraData)).toBe('00ff55aa');
  });

  it('of a creation names the key that was made', () => {
    const attest = rightOf(parseAttest(hex(CREATED.attest)));
    const name = nameOf(nodeHashing, rightOf(parsePublic(hex(CREATED.publicArea))));
    expect(attest._tag).toBe('Creation');
    expect(attest._tag === 'Creation' && toHex(attest.name)).toBe(toHex(name));
    expect(attest._tag === 'Creation' && attest.creationHash).toHaveLength(32);
  });

  it('says when the clock is not safe', () => {
    expect(quoteOf(quote([], { safe: 0 })).clockInfo.safe).toBe(false);
  });
});

describe('an attestation that is not exactly one', () => {
  const good = quote([selection(0x0b, 1, 0, 0)]);
  it.each<[string, Uint8Array, string]>([
    ['is nothing', new Uint8Array(), 'magic'],
    ['has another magic value', patched(good, 0, [0xfe]), 'magic'],
    ['is of another type', patched(good, 4, [0x80, 0x19]), 'type'],
    ['has a safe flag that is neither yes nor no', quote([], { safe: 2 }), 'clockInfo.safe'],
    ['has extra data over 66 bytes', quote([], { extra: 67 }), 'extraData'],
    ['has bytes behind it', Uint8Array.of(...good, 0), 'attest'],
    ['is over 1 kB', new Uint8Array(1025), 'attest'],
    ['lists a bank twice', quote([selection(0x0b, 1, 0, 0), selection(0x0b, 2, 0, 0)]), 'pcrSelect'],
    ['lists an unknown bank', quote([selection(0x27, 1, 0, 0)]), 'hash'],
    ['selects in two bytes', quote([selection(0x0b, 1, 0)]), 'sizeofSelect'],
    ['selects in four bytes', quote([selection(0x0b, 1, 0, 0, 0)]), 'sizeofSelect'],
    ['says that it lists four billion banks', patched(good, SELECT, [0xff, 0xff, 0xff, 0xff]), 'pcrSelect.count'],
    ['has a digest that is too long', patched(good, good.length - 4, [0, 65]), 'pcrDigest'],
  ])('is refused by field and rule: it %s', (_what, input, field) => {
    expect(leftOf(parseAttest(input))).toMatchObject({ _tag: 'ParseError', field });
  });

  it('is refused at every truncation', () => {
    for (const whole of [RSA.quote, hex(CERTIFY.attest), hex(CREATED.attest)]) {
      for (let size = 0; size < whole.length; size++) expect(E.isLeft(parseAttest(whole.subarray(0, size)))).toBe(true);
    }
  });

  it('never throws, and each bit means something', () => {
    const original = quoteOf(RSA.quote);
    fc.assert(
      fc.property(fc.nat({ max: 8 * RSA.quote.length - 1 }), (bit) => {
        const read = parseAttest(flipBit(RSA.quote, bit));
        expect(E.isRight(read) && read.right).not.toEqual(original);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a PCR selection', () => {
  it('is a list of indices, ascending in each bank, banks as listed', () => {
    const { pcrSelections } = quoteOf(quote([selection(0x0c, 0x03, 0x80, 0x81), selection(0x0b, 0, 0, 0)]));
    expect(selectedPcrs(pcrSelections)).toEqual([
      { bank: 'sha384', pcrs: [0, 1, 15, 16, 23] },
      { bank: 'sha256', pcrs: [] },
    ]);
  });
});
