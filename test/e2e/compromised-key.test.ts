import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { DoubtsAnswer } from '../../adapters/http/codecs/doubts.js';
import { run } from '../support/run-cli.js';
import { built, serve } from '../support/serving.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { publishedFrom, witnessedAuthority } from '../support/witnessing.js';

beforeAll(built);

const ok = async (...argv: ReadonlyArray<string>): Promise<string> => {
  const { code, out, err } = await run(...argv);
  expect([err, code]).toEqual(['', 0]);
  return out;
};

const doubtsAt = async (dir: string, ...more: ReadonlyArray<string>): Promise<DoubtsAnswer> =>
  JSON.parse(await ok('keys', 'doubt', ...more, '--dir', dir, '--json')) as DoubtsAnswer;

const sizeOf = (checkpoint: Uint8Array): number => Number(new TextDecoder().decode(checkpoint).split('\n')[1]);

it('leaves of a lost key in doubt what no witness had cosigned before, for a server, a copy and another policy', async () => {
  const { dir, policy, text } = await witnessedAuthority();
  const at = ['--dir', dir];
  const served = await serve(dir, '--policy', policy);
  onTestFinished(served.kill);
  const seen = sizeOf(await publishedFrom(served.url));
  const [event] = (
    JSON.parse(await ok('keys', 'list', ...at, '--json')) as { keys: Array<{ kid: string; purpose: string }> }
  ).keys.filter(({ purpose }) => purpose === 'event');
  const kid = event?.kid ?? '';
  expect((await doubtsAt(dir)).doubts).toEqual([]);
  // A witness's clock has whole seconds.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const since = new Date().toISOString();
  await ok('host', 'enrol', 'h1', ...at);
  await ok('host', 'enrol', 'h2', ...at);
  await ok('keys', 'declare-compromised', kid, '--since', since, '--reason', 'laptop stolen', ...at);
  await ok('host', 'enrol', 'h3', ...at);
  const expected = { kid, purpose: 'event', since, earlier: null, brought: [] };
  const found = await doubtsAt(dir, kid, '--all');
  expect(found.doubts).toMatchObject([
    { ...expected, witnessed: { size: seen }, later: { entries: 2 }, types: [{ type: 'HostEnrolled', entries: 2 }] },
  ]);
  expect(found.entries.map(({ stream, index }) => [stream, index])).toEqual([
    ['host/h1', seen],
    ['host/h2', seen + 1],
  ]);
  expect((await doubtsAt(dir, '--all', '--limit', '1')).nextCursor).toBe(seen + 1);
  expect((await doubtsAt(dir)).entries).toEqual([]);
  expect(await ok('verify', ...at)).toContain('In doubt since then: 2 entries');
  expect(await served.end()).toBe(0);
  const copy = JSON.parse(await ok('verify', ...at, '--json')) as { doubts: DoubtsAnswer['doubts'] };
  expect(copy.doubts).toEqual(found.doubts);
  const nobody = join(temporaryFolder(), 'policy');
  writeFileSync(nobody, text.replace('quorum w', 'quorum none'));
  const alone = JSON.parse(await ok('verify', ...at, '--json', '--policy', nobody)) as {
    doubts: DoubtsAnswer['doubts'];
  };
  expect(alone.doubts).toMatchObject([{ witnessed: null, later: { entries: 2 } }]);
  expect(alone.doubts[0]?.earlier?.entries).toBeGreaterThan(0);
}, 300_000);
