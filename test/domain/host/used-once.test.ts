import fc from 'fast-check';
import { expect, it } from 'vitest';
import { instantOf } from '../../../domain/encoding/instant.js';
import { isUsed, noneUsed, type UsedOnce, withUsed } from '../../../domain/host/used-once.js';

const LIFETIME = 120_000;
const at = (millis: number): string => instantOf(millis);

const usedAt = (times: ReadonlyArray<number>): UsedOnce =>
  times.reduce((used, time, i) => withUsed(used, at(time), `digest ${String(i)}`, at(time + LIFETIME)), noneUsed);

it('knows every digest that has not expired, however many were used', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 400 }), (steps) => {
      let now = 0;
      const times = steps.map((step) => (now += step));
      const used = usedAt(times);
      const alive = times.flatMap((time, i) => (time + LIFETIME >= now ? [`digest ${String(i)}`] : []));
      expect(alive.every((digest) => isUsed(used, digest))).toBe(true);
      expect(isUsed(used, 'never')).toBe(false);
    }),
  );
});

it('forgets what expired long ago', () => {
  const hourly = Array.from({ length: 1000 }, (_, i) => i * 3_600_000);
  expect(usedAt(hourly).reduce((sum, { digests }) => sum + digests.size, 0)).toBeLessThanOrEqual(128);
});

it('leaves the memory that it was given as it was', () => {
  const before = usedAt([0, 1, 2]);
  withUsed(before, at(3), 'another', at(3 + LIFETIME));
  expect(isUsed(before, 'another')).toBe(false);
});
