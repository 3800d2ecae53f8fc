import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { decode } from '../../../domain/encoding/explain.js';
import { isInstant, laterOf, plusSeconds } from '../../../domain/encoding/instant.js';
import { Base64UpTo, Hex, ListUpTo, SafeInt, Text, Uint64Text } from '../../../domain/encoding/primitives.js';

const Inner = closed({ count: SafeInt }, 'Inner');
const Outer = closedWith({ name: Text(8), inner: Inner }, { maybe: Hex(2) }, 'Outer');

describe('a closed codec', () => {
  it('accepts exactly the keys it knows, optional ones absent', () => {
    const value = { name: 'a', inner: { count: 1 } };
    expect(Outer.is(value)).toBe(true);
    expect(Outer.is({ ...value, maybe: '00ff' })).toBe(true);
    expect(Outer.is({ ...value, maybe: '00' })).toBe(false);
    expect(decode(Outer)(value)).toEqual(E.right(value));
  });

  it('keeps an absent key absent', () => {
    const decoded = decode(Outer)({ name: 'a', inner: { count: 1 } });
    expect(E.isRight(decoded) && Object.keys(decoded.right)).toEqual(['name', 'inner']);
  });

  it('refuses a key it does not know, at any depth', () => {
    expect(Outer.is({ name: 'a', inner: { count: 1 }, extra: 0 })).toBe(false);
    expect(Outer.is({ name: 'a', inner: { count: 1, extra: 0 } })).toBe(false);
  });
});

describe('a decoding error', () => {
  it('names the path and the rule and never the value', () => {
    const result = decode(Outer)({ name: 'sekisho-secret', inner: { count: -1 } });
    expect(result).toEqual(
      E.left({
        _tag: 'DecodeError',
        faults: [
          { field: 'name', rule: 'must be Text(8)' },
          { field: 'inner.count', rule: 'must be SafeInt' },
        ],
      }),
    );
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  it('names the key that has no place, at any depth', () => {
    const result = decode(Outer)({ name: 'a', inner: { count: 1, extra: 'secret' }, maybe: '00ff' });
    const fault = { field: 'inner.extra', rule: 'is not a known field' };
    expect(result).toEqual(E.left({ _tag: 'DecodeError', faults: [fault] }));
  });

  it('says what is missing', () => {
    expect(decode(Inner)({})).toEqual(
      E.left({ _tag: 'DecodeError', faults: [{ field: 'count', rule: 'is missing, expected SafeInt' }] }),
    );
  });
});

describe('primitive codecs', () => {
  it.each<[string, t.Mixed, ReadonlyArray<unknown>, ReadonlyArray<unknown>]>([
    ['SafeInt', SafeInt, [0, 1, Number.MAX_SAFE_INTEGER], [-1, 1.5, Number.NaN, Infinity, 2 ** 53, -0, '1']],
    ['Text', Text(3), ['a', 'äöü', '関所'], ['', 'abcd', 'a\u0000', '\ud800', 'a\n']],
    ['Hex', Hex(2), ['00ff'], ['', '00f', '00FF', '0x00', '00ff00']],
    ['Base64', Base64UpTo(3), ['AA==', 'AAA=', 'AAAA'], ['', 'AA', 'AB==', 'AAAAAA==', 'A A=', '-_==']],
    ['Uint64', Uint64Text, ['0', '18446744073709551615'], ['01', '-1', '18446744073709551616', '1.0', '']],
    ['List', ListUpTo(SafeInt, 2), [[], [1, 2]], [[1, 2, 3], [-1], 'ab']],
  ])('%s accepts what it names and nothing else', (_name, codec, good, bad) => {
    for (const value of good) expect(codec.is(value), JSON.stringify(value)).toBe(true);
    for (const value of bad) {
      expect(codec.is(value), JSON.stringify(value)).toBe(false);
      expect(E.isLeft(codec.decode(value)), JSON.stringify(value)).toBe(true);
    }
  });
});

describe('an instant', () => {
  it('is UTC with milliseconds on a day that exists', () => {
    expect(isInstant('2026-02-28T23:59:59.999Z')).toBe(true);
    for (const text of [
      '2026-02-30T00:00:00.000Z',
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:00:00.000+01:00',
      '2026-01-01',
      '',
    ]) {
      expect(isInstant(text), text).toBe(false);
    }
  });

  it('keeps text order and time order the same', () => {
    expect(plusSeconds('2026-12-31T23:59:59.500Z', 1)).toBe('2027-01-01T00:00:00.500Z');
    expect(laterOf('2026-12-31T23:59:59.500Z', '2027-01-01T00:00:00.500Z')).toBe('2027-01-01T00:00:00.500Z');
    expect(plusSeconds('9999-12-31T23:59:59.000Z', 10)).toBe('9999-12-31T23:59:59.999Z');
  });
});
