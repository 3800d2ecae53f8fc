import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesOfLongBase64, LongBase64UpTo } from '../../../adapters/http/codecs/long-base64.js';
import { toBase64 } from '../../../domain/encoding/bytes.js';
import { Base64UpTo } from '../../../domain/encoding/primitives.js';

const MOST = 64;
const alike = (text: string): boolean => LongBase64UpTo(MOST).is(text) === Base64UpTo(MOST).is(text);

it('gives back the bytes that were written', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: MOST }), (bytes) => {
      expect(LongBase64UpTo(MOST).is(toBase64(bytes))).toBe(true);
      expect(bytesOfLongBase64(toBase64(bytes))).toEqual(Uint8Array.from(bytes));
    }),
  );
});

it('accepts and refuses what the codec of short texts does', () => {
  const character = fc.constantFrom(...'AZaz09+/=-_ \n\u00e9'.split(''));
  fc.assert(fc.property(fc.string({ unit: character, maxLength: 12 }), alike));
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 70 }), (bytes) => alike(toBase64(bytes))));
});

it.each(['', 'AA', 'AA=', 'AB==', 'AA==AA==', 'AAA\n', ' AAAA', 'AA-_', 'AAAB=', '===='])('refuses %j', (text) => {
  expect(LongBase64UpTo(MOST).is(text)).toBe(false);
});
