import { expect } from 'vitest';
import type { Arrived } from './read-topic.js';

/** Every event at least once, and each stream's in its order at their first arrival. */
export const expectWhole = (arrived: ReadonlyArray<Arrived>, size: number): void => {
  const seen = new Set<number>();
  const revisions = new Map<string, number>();
  for (const { index, stream, revision } of arrived) {
    if (seen.has(index)) continue;
    seen.add(index);
    if (revision !== (revisions.get(stream) ?? -1) + 1)
      throw new Error(`${stream} has ${String(revision)} out of order`);
    revisions.set(stream, revision);
  }
  expect(seen.size).toBe(size);
};
