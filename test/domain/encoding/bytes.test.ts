import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concat,
  equalBytes,
  fromBase64,
  fromHex,
  fromUtf8,
  isBase64,
  isHex,
  toBase64,
  toHex,
  utf8,
} from '../../../domain/encoding/bytes.js';

const bytes = fc.uint8Array({ maxLength: 200 });

describe('hexadecimal', () => {
  it('is written as the platform writes it and read back as it was', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const text = toHex(value);
        expect(text).toBe(Buffer.from(value).toString('hex'));
        expect(isHex(text)).toBe(true);
        expect(fromHex(text)).toEqual(value);
      }),
    );
  });

  it('is accepted only in lower case, in pairs and without anything around it', () => {
    for (const text of ['0', 'AA', '0x', ' 00', '00\n', 'zz', '0g']) expect(isHex(text), text).toBe(false);
  });
});

describe('base64', () => {
  it('is written as the platform writes it and read back as it was', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const text = toBase64(value);
        expect(text).toBe(Buffer.from(value).toString('base64'));
        expect(isBase64(text)).toBe(true);
        expect(fromBase64(text)).toEqual(value);
      }),
    );
  });

  it('has one text for one value', () => {
    const letters = fc.constantFrom(...'ABgw/+09='.split(''), '_', '\n', ' ', 'é', '\u0100');
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        if (isBase64(text)) expect(toBase64(fromBase64(text))).toBe(text);
        else expect(Buffer.from(text, 'base64').toString('base64')).not.toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused with spare bits, padding elsewhere, whitespace or the URL alphabet', () => {
    for (const text of ['AB==', 'AAB=', 'A===', '====', '=', 'AA=A', 'AAA', 'AA A', 'AAA\n', '_-_-', 'AA==AAAA']) {
      expect(isBase64(text), text).toBe(false);
    }
    for (const text of ['', 'AA==', 'AAA=', 'Qw==', 'AAAA', '+/+/']) expect(isBase64(text), text).toBe(true);
  });
});

describe('UTF-8', () => {
  it('comes back, and what is not well-formed is undefined', () => {
    expect(fromUtf8(utf8('関所 🏯'))).toBe('関所 🏯');
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
    expect(fromUtf8(Uint8Array.of(0xff))).toBeUndefined();
    expect(fromUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined();
  });
});

describe('byte strings', () => {
  it('are put together in order', () => {
    expect(concat(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('are equal only if of one length and the same in each byte', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, Uint8Array.from(a))).toBe(true);
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(equalBytes(a, concat(a, Uint8Array.of(0)))).toBe(false);
      }),
    );
  });
});
