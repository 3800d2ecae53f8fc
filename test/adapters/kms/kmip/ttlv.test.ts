import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../../../adapters/kms/kmip/ttlv/item.js';
import { readTtlv } from '../../../../adapters/kms/kmip/ttlv/read-ttlv.js';
import { writeTtlv } from '../../../../adapters/kms/kmip/ttlv/write-ttlv.js';
import { fromHex, toHex } from '../../../../domain/encoding/bytes.js';
import { flipBit } from '../../../support/bytes.js';
import { left, right } from '../../../support/ledger.js';

const tag = fc.oneof(fc.integer({ min: 0x420000, max: 0x42ffff }), fc.integer({ min: 0x540000, max: 0x54ffff }));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });

const { item } = fc.letrec<{ item: Item }>((tie) => ({
  item: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ tag, type: fc.constant('integer' as const), value: fc.integer() }),
    fc.record({ tag, type: fc.constantFrom('enumeration' as const, 'interval' as const), value: uint32 }),
    fc.record({
      tag,
      type: fc.constantFrom('longInteger' as const, 'dateTime' as const, 'dateTimeExtended' as const),
      value: int64,
    }),
    fc.record({ tag, type: fc.constant('boolean' as const), value: fc.boolean() }),
    fc.record({ tag, type: fc.constant('text' as const), text: fc.string({ unit: 'binary' }) }),
    fc.record({ tag, type: fc.constant('bytes' as const), bytes: fc.uint8Array() }),
    fc.record({
      tag,
      type: fc.constant('bigInteger' as const),
      bytes: fc.constantFrom(8, 16).chain((n) => fc.uint8Array({ minLength: n, maxLength: n })),
    }),
    fc.record({
      tag,
      type: fc.constant('structure' as const),
      items: fc.array(tie('item'), { maxLength: 5, depthIdentifier: 'items' }),
    }),
  ),
}));

const hex = (text: string): Uint8Array => fromHex(text.replaceAll(/[ |]/g, '').toLowerCase());

/** KMIP 1.4, 9.1.2, the examples. */
const EXAMPLES: ReadonlyArray<readonly [string, Item]> = [
  ['42 00 20 | 02 | 00 00 00 04 | 00 00 00 08 00 00 00 00', { tag: 0x420020, type: 'integer', value: 8 }],
  [
    '42 00 20 | 03 | 00 00 00 08 | 01 B6 9B 4B A5 74 92 00',
    { tag: 0x420020, type: 'longInteger', value: 123456789000000000n },
  ],
  [
    '42 00 20 | 04 | 00 00 00 10 | 00 00 00 00 03 FD 35 EB 6B C2 DF 46 18 08 00 00',
    { tag: 0x420020, type: 'bigInteger', bytes: hex('0000000003FD35EB6BC2DF4618080000') },
  ],
  ['42 00 20 | 05 | 00 00 00 04 | 00 00 00 FF 00 00 00 00', { tag: 0x420020, type: 'enumeration', value: 255 }],
  ['42 00 20 | 06 | 00 00 00 08 | 00 00 00 00 00 00 00 01', { tag: 0x420020, type: 'boolean', value: true }],
  [
    '42 00 20 | 07 | 00 00 00 0B | 48 65 6C 6C 6F 20 57 6F 72 6C 64 00 00 00 00 00',
    { tag: 0x420020, type: 'text', text: 'Hello World' },
  ],
  [
    '42 00 20 | 08 | 00 00 00 03 | 01 02 03 00 00 00 00 00',
    { tag: 0x420020, type: 'bytes', bytes: Uint8Array.of(1, 2, 3) },
  ],
  ['42 00 20 | 09 | 00 00 00 08 | 00 00 00 00 47 DA 67 F8', { tag: 0x420020, type: 'dateTime', value: 1205495800n }],
  ['42 00 20 | 0A | 00 00 00 04 | 00 0D 2F 00 00 00 00 00', { tag: 0x420020, type: 'interval', value: 864000 }],
  [
    '42 00 20 | 01 | 00 00 00 20 | 42 00 04 | 05 | 00 00 00 04 | 00 00 00 FE 00 00 00 00 | 42 00 05 | 02 | 00 00 00 04 | 00 00 00 FF 00 00 00 00',
    {
      tag: 0x420020,
      type: 'structure',
      items: [
        { tag: 0x420004, type: 'enumeration', value: 254 },
        { tag: 0x420005, type: 'integer', value: 255 },
      ],
    },
  ],
];

const nested = (depth: number): Item =>
  depth === 0
    ? { tag: 0x420001, type: 'boolean', value: true }
    : { tag: 0x420001, type: 'structure', items: [nested(depth - 1)] };

describe('TTLV', () => {
  it.each(EXAMPLES)("reads and writes the specification's example %s", (text, value) => {
    expect(right(readTtlv(hex(text)))).toEqual(value);
    expect(toHex(writeTtlv(value))).toBe(toHex(hex(text)));
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(item, (value) => {
        expect(right(readTtlv(writeTtlv(value)))).toEqual(value);
      }),
    );
  });

  it('reads nothing that is cut off anywhere, or followed by anything', () => {
    fc.assert(
      fc.property(item, (value) => {
        const bytes = writeTtlv(value);
        for (let end = 0; end < bytes.length; end++) expect(E.isLeft(readTtlv(bytes.subarray(0, end)))).toBe(true);
        expect(E.isLeft(readTtlv(Uint8Array.from([...bytes, 0])))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('reads one value from one encoding: what a changed bit still lets it read is written with that bit', () => {
    fc.assert(
      fc.property(item, fc.nat(), (value, at) => {
        const bytes = writeTtlv(value);
        const changed = flipBit(bytes, at % (bytes.length * 8));
        const read = readTtlv(changed);
        if (E.isRight(read)) expect(writeTtlv(read.right)).toEqual(changed);
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws on any bytes', () => {
    const header = fc.tuple(fc.constantFrom(0x42, 0x54), fc.nat(255), fc.nat(255), fc.nat(12), fc.nat(255));
    const likely = fc.array(
      header.map(([a, b, c, type, length]) => [a, b, c, type, 0, 0, 0, length]),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          likely.map((parts) => Uint8Array.from(parts.flat())),
        ),
        (bytes) => {
          expect(['Left', 'Right']).toContain(readTtlv(bytes)._tag);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('refuses padding that is not zero, other booleans, unknown types, tags of nobody and lengths that a type has not', () => {
    const ruleOf = (text: string): string => left(readTtlv(hex(text))).rule;
    expect(ruleOf('420020 08 00000003 01020300 00000001')).toBe('must be padded with zeros');
    expect(ruleOf('420020 06 00000008 00000000 00000002')).toBe('must be 0 or 1');
    expect(ruleOf('420020 0C 00000008 00000000 00000000')).toBe('must be of a known type');
    expect(ruleOf('410020 06 00000008 00000000 00000001')).toContain('must be a tag');
    expect(ruleOf('420020 02 00000008 00000000 00000001')).toBe('must be 4 bytes long');
    expect(ruleOf('420020 04 00000004 00000000 00000000')).toBe('must be a multiple of 8 bytes long');
    expect(ruleOf('420020 07 00000001 FF000000 00000000')).toBe('must be UTF-8');
  });

  it('takes no more depth and no more items than any message has', () => {
    expect(E.isRight(readTtlv(writeTtlv(nested(16))))).toBe(true);
    expect(left(readTtlv(writeTtlv(nested(17)))).rule).toContain('structures deep');
    const many = (count: number): Item => ({
      tag: 0x420001,
      type: 'structure',
      items: Array.from({ length: count }, () => ({ tag: 0x420002, type: 'integer', value: 1 })),
    });
    expect(E.isRight(readTtlv(writeTtlv(many(4095))))).toBe(true);
    expect(left(readTtlv(writeTtlv(many(4096)))).rule).toContain('items');
  });

  it('asks for no memory that a length only promises', () => {
    expect(left(readTtlv(hex('420020 08 FFFFFFFF'))).rule).toContain('0 left');
    expect(left(readTtlv(hex('420020 01 FFFFFFF8 42002006'))).rule).toContain('4 left');
  });
});
