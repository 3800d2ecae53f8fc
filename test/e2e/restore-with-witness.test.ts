import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
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

const sizeOf = (checkpoint: Uint8Array): number => Number(new TextDecoder().decode(checkpoint).split('\n')[1]);

it('goes on from a backup only where a witness has seen nothing beyond it', async () => {
  const { dir, policy } = await witnessedAuthority();
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  const served = await serve(dir, '--policy', policy);
  onTestFinished(served.kill);
  const size = sizeOf(await publishedFrom(served.url));
  await ok('backup', at('early'), '--dir', dir, '--with-keys');
  await ok('host', 'enrol', 'h1', '--dir', dir);
  await publishedFrom(served.url, size + 1);
  expect(await served.end()).toBe(0);
  await ok('backup', at('late'), '--dir', dir, '--with-keys');

  const early = await run('restore', at('early'), '--dir', at('rolled-back'), '--policy', policy);
  expect([early.code, early.err]).toEqual([
    1,
    expect.stringContaining(`holds ${String(size)} entries, and w knows a checkpoint of ${String(size + 1)}`),
  ]);
  expect(existsSync(at('rolled-back'))).toBe(false);

  await ok('restore', at('late'), '--dir', at('restored'), '--policy', policy);
  expect(existsSync(join(at('restored'), 'log', 'cosigned'))).toBe(true);
  // Tokens of people and the passphrase are kept apart from backups.
  const own = [
    '--token-file',
    join(dir, 'tokens', 'trust-admin-1.token'),
    '--passphrase-file',
    join(dir, 'passphrase'),
  ];
  await ok('host', 'enrol', 'h2', ...own, '--dir', at('restored'));
  expect(await ok('verify', '--dir', at('restored'))).toContain(`${String(size + 2)} entries are whole`);
}, 300_000);
