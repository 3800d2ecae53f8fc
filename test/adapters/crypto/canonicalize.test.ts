import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../../../adapters/crypto/canonicalize.js';
import type { Json } from '../../../domain/encoding/json.js';

const text = (value: unknown): string => {
  const canonical = canonicalize(value as Json);
  return E.isRight(canonical) ? canonical.right : `refused: ${canonical.left}`;
};

describe('canonicalize', () => {
  it('spells the examples of RFC 8785', () => {
    const numbers = [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001];
    expect(text({ numbers, string: '\u20ac$\u000f\nA\'B"\\\\"/', literals: [null, true, false] })).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    expect(text({ '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 })).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    );
    expect(text([-0, 1e21, 1e20, 5e-324])).toBe('[0,1e+21,100000000000000000000,5e-324]');
  });

  it('is the same however the keys were ordered, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const canonical = text(value);
        fc.pre(!canonical.startsWith('refused'));
        const reversed = JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
          typeof inner === 'object' && inner !== null && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).reverse())
            : inner,
        ) as unknown;
        expect(text(reversed)).toBe(canonical);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('refuses what has no canonical form', () => {
    const unfit = [
      undefined,
      NaN,
      Infinity,
      1n,
      () => 1,
      Symbol('s'),
      new Map(),
      new Date(0),
      new Uint8Array(1),
      { a: undefined },
    ];
    for (const value of unfit) {
      expect(text(value)).toMatch(/^refused/);
      expect(text([{ deep: value }])).toMatch(/^refused/);
    }
    expect(text({ toJSON: 'x', b: 1, a: 2 })).toMatch(/^refused/);
  });

  it('refuses lone surrogates in texts and keys, and is not fooled by backslashes', () => {
    expect(text('\ud800')).toMatch(/^refused/);
    expect(text({ '\udfff': 1 })).toMatch(/^refused/);
    expect(text(['\\\ud800'])).toMatch(/^refused/);
    expect(text('\\ud800')).toBe('"\\\\ud800"');
    expect(text('\\\\ud800 😀')).toBe('"\\\\\\\\ud800 😀"');
  });

  it('takes one object in two places, and refuses one within itself', () => {
    const shared = { x: 1 };
    expect(text({ a: shared, ab: shared, abc: [shared, shared] })).toBe(
      '{"a":{"x":1},"ab":{"x":1},"abc":[{"x":1},{"x":1}]}',
    );
    const round: Record<string, unknown> = {};
    round['self'] = round;
    expect(text(round)).toMatch(/^refused/);
  });

  it('refuses what nests too deep instead of running out of stack', () => {
    let deep: Json = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(text(deep)).toMatch(/^refused/);
  });
});
