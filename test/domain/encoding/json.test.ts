import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../domain/encoding/json.js';

const refused = (text: string): readonly [number, string] => {
  const parsed = parseJson(text);
  if (E.isRight(parsed)) throw new Error(`accepted ${text}`);
  return [parsed.left.at, parsed.left.rule];
};

const accepted = (text: string): unknown => {
  const parsed = parseJson(text);
  return E.isRight(parsed) ? parsed.right : parsed.left;
};

/** Keys of plain objects only: the one name that code mistakes for an inherited one is refused on purpose. */
const json = fc.jsonValue({ maxDepth: 5 }).filter((value) => !JSON.stringify(value).includes('"__proto__"'));

describe('parseJson', () => {
  it('reads what the platform reads', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        expect(accepted(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses every text that the platform refuses', () => {
    fc.assert(
      fc.property(
        json,
        fc.nat(),
        fc.constantFrom('"', '{', '}', '[', ',', ':', '0', '-', '\\', ' ', 'e', '\u0000'),
        (value, at, edit) => {
          const whole = JSON.stringify(value);
          const place = at % (whole.length + 1);
          for (const text of [whole.slice(0, place), whole.slice(0, place) + edit + whole.slice(place)]) {
            const platform = E.tryCatch(() => JSON.parse(text) as unknown, String);
            const ours = parseJson(text);
            if (E.isLeft(platform)) expect(E.isLeft(ours)).toBe(true);
            else if (E.isRight(ours)) expect(ours.right).toEqual(platform.right);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses a key that an object has twice, however it is spelt, and says where', () => {
    expect(refused('{"a":1,"a":2}')).toEqual([7, 'keys of one object must differ']);
    expect(refused('[{"b":{"a":1,"\\u0061":2}}]')).toEqual([13, 'keys of one object must differ']);
    expect(accepted('[{"a":1},{"a":{"a":2}}]')).toEqual([{ a: 1 }, { a: { a: 2 } }]);
  });

  it('refuses lone surrogates, raw and escaped, and takes pairs', () => {
    expect(refused('"\ud800"')[0]).toBe(1);
    expect(refused('"ab\udc00\ud800"')[0]).toBe(3);
    expect(refused('"\\ud800"')[0]).toBe(1);
    expect(refused('"\\udc00\\ud800"')[0]).toBe(1);
    expect(refused('"\\ud800\\u0041"')[0]).toBe(1);
    expect(refused('{"\\uDBFF":1}')[0]).toBe(2);
    expect(accepted('"\ud83d\ude00 \\ud83d\\uDE00 \\u00e9"')).toBe('😀 😀 é');
  });

  it('refuses what nests deeper than 64, however long', () => {
    expect(accepted(`${'['.repeat(64)}${']'.repeat(64)}`)).toBeInstanceOf(Array);
    expect(refused(`${'['.repeat(66)}${']'.repeat(66)}`)).toEqual([65, 'must nest at most 64 deep']);
    expect(refused('{"a":'.repeat(100_000))[1]).toBe('must nest at most 64 deep');
  });

  it('refuses numbers that no double holds, and other spellings of them', () => {
    expect(refused('[1e999]')[0]).toBe(1);
    for (const text of ['01', '+1', '.5', '1.', '1e', '-', 'NaN', 'Infinity', '0x1']) refused(text);
    expect(accepted('[-0.5e-3,1E2,0]')).toEqual([-0.0005, 100, 0]);
  });

  it('refuses the key that would be mistaken for an inherited one', () => {
    expect(refused('{"__proto__":{"admin":true}}')[0]).toBe(1);
    refused('{"\\u005f_proto__":1}');
  });

  it('refuses text before and behind, and says where it begins', () => {
    expect(refused('{} {}')).toEqual([3, 'must end here']);
    expect(refused('\ufeff{}')[0]).toBe(0);
    expect(refused('')[0]).toBe(0);
    expect(refused('tru')[0]).toBe(0);
    expect(refused('{"a" 1}')).toEqual([5, 'must be a colon']);
    expect(refused('[1 2]')).toEqual([3, 'must be a comma or ]']);
  });

  it('takes a text of a mebibyte without running out of stack', () => {
    const text = JSON.stringify({ log: 'A'.repeat(1024 * 1024), escapes: '\n😀'.repeat(50_000) });
    expect(accepted(text)).toEqual(JSON.parse(text));
  });
});
