import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { createFreshness } from '../../../adapters/caches/freshness.js';

/** A clock that is moved by hand, and read models that settle, or don't, after some time. */
const world = () => {
  const state = { now: 1000, takes: 0, settles: true };
  const settled: TE.TaskEither<string, number> = () => {
    state.now += state.takes;
    return (state.settles ? TE.right<string, number>(0) : TE.left('behind'))();
  };
  return { state, freshness: createFreshness(settled, () => state.now) };
};

describe('the freshness of read models', () => {
  it('is unknown before they were ever whole', async () => {
    const { state, freshness } = world();
    state.settles = false;
    expect(await freshness.age()).toBe(Number.POSITIVE_INFINITY);
  });

  it('counts from the moment that they were asked to show, not from when they did', async () => {
    const { state, freshness } = world();
    expect(await freshness.age()).toBe(0);
    state.takes = 40;
    expect(await freshness.age()).toBe(40);
  });

  it('grows while they can not be settled, and is gone once they are', async () => {
    const { state, freshness } = world();
    await freshness.age();
    Object.assign(state, { now: 3000, settles: false, takes: 5 });
    expect(await freshness.age()).toBe(2005);
    state.now += 10_000;
    expect(await freshness.age()).toBe(12_010);
    Object.assign(state, { settles: true, takes: 0 });
    expect(await freshness.age()).toBe(0);
  });
});
