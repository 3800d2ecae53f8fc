import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import {
  bytes,
  check,
  map,
  parseAll,
  record,
  sized,
  times,
  u8,
  u16be,
  u16le,
  u32be,
  u32le,
  u64be,
  u64le,
} from '../../../domain/encoding/reader.js';

const input = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

describe('a number reader', () => {
  it.each([
    ['u8', u8('n'), 0x01, 1],
    ['u16be', u16be('n'), 0x0102, 2],
    ['u16le', u16le('n'), 0x0201, 2],
    ['u32be', u32be('n'), 0x01020304, 4],
    ['u32le', u32le('n'), 0x04030201, 4],
    ['u64be', u64be('n'), 0x0102030405060708n, 8],
    ['u64le', u64le('n'), 0x0807060504030201n, 8],
  ] as const)('%s reads its bytes in its order and refuses fewer', (_name, parser, value, size) => {
    expect(parser(input, 0)).toEqual(E.right({ value, offset: size }));
    const left = E.left({
      _tag: 'ParseError',
      field: 'n',
      offset: 8 - size + 1,
      rule: `needs ${size} bytes, ${size - 1} left`,
    });
    expect(parser(input, 8 - size + 1)).toEqual(left);
  });

  it('keeps the highest bit positive', () => {
    expect(u32be('n')(Uint8Array.of(255, 255, 255, 255), 0)).toEqual(E.right({ value: 0xffffffff, offset: 4 }));
  });
});

describe('a sized field', () => {
  it('takes as many bytes as it says', () => {
    expect(sized('f', u8('f.size'), 4)(Uint8Array.of(2, 9, 8, 7), 0)).toEqual(
      E.right({ value: Uint8Array.of(9, 8), offset: 3 }),
    );
  });

  it('is refused above its cap before anything is taken', () => {
    expect(sized('f', u32be('f.size'), 4)(Uint8Array.of(255, 255, 255, 255), 0)).toEqual(
      E.left({ _tag: 'ParseError', field: 'f', offset: 0, rule: 'is 4294967295 bytes long, at most 4 allowed' }),
    );
  });

  it('is refused when it says more than is there', () => {
    expect(E.isLeft(sized('f', u8('f.size'), 9)(Uint8Array.of(3, 1, 2), 0))).toBe(true);
  });
});

describe('combined readers', () => {
  const pair = record({ a: u8('a'), b: u16be('b') });

  it('read a record in the order of its fields', () => {
    expect(pair(input, 1)).toEqual(E.right({ value: { a: 2, b: 0x0304 }, offset: 4 }));
  });

  it('stop at the first field that fails and name it', () => {
    expect(pair(Uint8Array.of(1, 2), 0)).toMatchObject({ left: { field: 'b', offset: 1 } });
  });

  it('repeat a reader and give it its index', () => {
    const list = times(3, (index) => map(u8('n'), (n) => n * index));
    expect(list(input, 0)).toEqual(E.right({ value: [0, 2, 6], offset: 3 }));
    expect(E.isLeft(times(9, () => u8('n'))(input, 0))).toBe(true);
  });

  it('point to where a refused value began', () => {
    const even = check(u8('n'), (n) => (n % 2 === 0 ? E.right(n) : E.left('must be even')), 'n');
    expect(even(input, 1)).toEqual(E.right({ value: 2, offset: 2 }));
    expect(even(input, 2)).toEqual(E.left({ _tag: 'ParseError', field: 'n', offset: 2, rule: 'must be even' }));
  });

  it('refuse what is left over', () => {
    expect(parseAll(bytes('all', 8), 'all')(input)).toEqual(E.right(input));
    expect(parseAll(bytes('all', 7), 'all')(input)).toEqual(
      E.left({ _tag: 'ParseError', field: 'all', offset: 7, rule: '1 bytes left over' }),
    );
  });
});
