import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createInTurn } from '../../../adapters/event-store/in-turn.js';
import { createTurnstile } from '../../../adapters/event-store/turnstile.js';

describe('a turnstile', () => {
  it('lets so many begin at once, and the others in later turns of the loop, in their order', async () => {
    const admitted = createTurnstile(4);
    const begun: Array<number> = [];
    const all = Array.from({ length: 11 }, (_, i) => admitted().then(() => begun.push(i)));
    await Promise.resolve();
    expect(begun).toEqual([0, 1, 2, 3]);
    await Promise.all(all);
    expect(begun).toEqual([...Array(11).keys()]);
  });

  it('lets as many begin at once again when a turn has passed', async () => {
    const admitted = createTurnstile(2);
    await Promise.all([admitted(), admitted(), admitted()]);
    await nextTurn();
    await nextTurn();
    const begun: Array<number> = [];
    const all = [0, 1, 2].map((i) => admitted().then(() => begun.push(i)));
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    await Promise.all(all);
  });
});

it('leaves the loop to others between the works of many streams', async () => {
  const inTurn = createInTurn();
  let begun = 0;
  const works = Array.from({ length: 200 }, (_, i) =>
    inTurn(`host/${String(i)}`, () => Promise.resolve((begun += 1)))(),
  );
  const seen: Array<number> = [];
  while (begun < works.length) {
    await nextTurn();
    seen.push(begun);
  }
  expect(seen.length).toBeGreaterThanOrEqual(200 / 16);
  expect(Math.max(...seen.map((now, i) => now - (seen[i - 1] ?? 0)))).toBeLessThanOrEqual(32);
  expect(await Promise.all(works)).toHaveLength(200);
});
