import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BUILD_MILLIS, buildGo, requireGo } from './go-programs.js';
import { run } from './run.js';

const FROM_NOTHING = [
  '1 to 1: n - 1',
  'sizes zero, roots equal, neither the empty root',
  'from zero, not the empty root',
];

describe.runIf(requireGo())("transparency-dev/merkle's verifier", () => {
  let judge: string;

  beforeAll(() => {
    judge = join(buildGo('merkle', '.'), 'merkle');
  }, BUILD_MILLIS);

  it.each([
    ['inclusion', 180],
    ['consistency', 180],
  ])('agrees with ours on every vector of %s, sound or broken', async (kind, least) => {
    const { stdout, stderr } = await run(judge, [kind, `test/vectors/merkle/${kind}.json`]);
    expect(stderr).toBe('');
    const { judged, differ } = JSON.parse(stdout) as {
      readonly judged: number;
      readonly differ: ReadonlyArray<string>;
    };
    // Of the empty tree version 0.0.2 believes any root, and what comes after it none: ours believes its one root.
    expect(differ).toEqual(kind === 'inclusion' ? [] : FROM_NOTHING);
    expect(judged).toBeGreaterThanOrEqual(least);
  });
});
