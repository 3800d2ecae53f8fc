import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOf, plusSeconds } from '../../../domain/encoding/instant.js';
import { isWorthKeeping, type KeptCheckpoint, thinned } from '../../../domain/transparency/kept-checkpoints.js';

const AT = '2026-12-01T00:00:00.000Z';
const sized = (size: number, at = AT): KeptCheckpoint => ({ size, at });

describe('a cosigned checkpoint', () => {
  it('is kept when it is the first, an hour behind the last one, or the first behind a change of keys', () => {
    const hour = plusSeconds(AT, 3600);
    expect(isWorthKeeping(undefined, sized(1), [])).toBe(true);
    expect(isWorthKeeping(sized(5), sized(9, plusSeconds(AT, 3599)), [])).toBe(false);
    expect(isWorthKeeping(sized(5), sized(9, hour), [])).toBe(true);
    expect(isWorthKeeping(sized(9), sized(9, hour), [])).toBe(false);
    expect(isWorthKeeping(sized(5), sized(9), [5])).toBe(true);
    expect(isWorthKeeping(sized(5), sized(9), [4, 9])).toBe(false);
  });

  it('is kept again after a witness whose clock had run ahead was put right', () => {
    expect(isWorthKeeping(sized(5, '2099-01-01T00:00:00.000Z'), sized(9), [])).toBe(true);
  });
});

describe('checkpoints that were kept', () => {
  const history = fc
    .uniqueArray(fc.nat({ max: 500 }), { minLength: 1, maxLength: 60 })
    .map((sizes) => sizes.sort((a, b) => a - b).map((size) => sized(size, instantOf(size))));

  it('become fewer when they are too many, but none behind a change of keys and none of the newer half goes', () => {
    fc.assert(
      fc.property(
        history,
        fc.array(fc.nat({ max: 500 }), { maxLength: 4 }),
        fc.nat({ max: 60 }),
        (all, changes, most) => {
          const kept = thinned(all, changes, most);
          if (all.length <= most) {
            expect(kept).toEqual(all);
            return;
          }
          expect(all.filter((each) => kept.includes(each))).toEqual(kept);
          const half = Math.floor(all.length / 2);
          expect(kept.slice(-(all.length - half))).toEqual(all.slice(half));
          for (const change of changes) {
            const first = all.find(({ size }) => size > change);
            if (first !== undefined) expect(kept).toContain(first);
          }
          expect(kept.length).toBeLessThanOrEqual(all.length - Math.floor(half / 2) + changes.length);
        },
      ),
    );
  });
});
