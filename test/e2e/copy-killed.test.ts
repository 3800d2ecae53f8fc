import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { openSqliteLedger } from '../../adapters/event-store/sqlite/open-sqlite-ledger.js';
import { foundLargeLedger } from '../bench/large-ledger.js';
import { startTestServer } from '../support/esdb/server.js';
import { right } from '../support/ledger.js';
import { run } from '../support/run-cli.js';
import { built } from '../support/serving.js';
import { temporaryFolder } from '../support/temporary-folder.js';

beforeAll(built);

const ENTRIES = 1_500;
const BLOBS = 60;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The program as people run it. Killed as soon as `when` is true, if that ever is. */
const copy = async (from: string, to: string, store: string, when: () => boolean): Promise<Ended> => {
  const args = ['dist/adapters/cli/sekisho.js', 'ledger', 'copy', '--from', from, '--to', to, '--json'];
  const env = { ...process.env, SEKISHO_STORE: store };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, 'close');
  while (child.exitCode === null && !when()) await sleep(5);
  child.kill('SIGKILL');
  const [code] = (await ended) as [number | null];
  return { code, out, err };
};

const never = (): boolean => false;

const filled = async (dir: string): Promise<void> => {
  await (await foundLargeLedger(dir)).growTo(ENTRIES);
  const { evidence, close } = right(await openSqliteLedger(join(dir, 'ledger.db'))());
  for (let i = 0; i < BLOBS; i++) right(await evidence.put(randomBytes(i % 9 === 0 ? 1_200_000 : 9_000))());
  await close();
};

it('a copy that is killed again and again goes on from where it was, both ways, and ends with the same ledger', async () => {
  const folder = temporaryFolder();
  const [dir, cluster, back] = [join(folder, 'dir'), join(folder, 'cluster'), join(folder, 'back')];
  await filled(dir);
  const server = await startTestServer();
  onTestFinished(() => server.stop());
  const { url } = server;
  const count = (prefix: string): number => server.log.all().filter(({ stream }) => stream.startsWith(prefix)).length;

  const into = [10, 30].map((part) => () => count('sekisho/evidence/') > part);
  const between = [200, 800].map((part) => () => count('sekisho/ledger/') > part);
  for (const when of [...into, ...between]) expect((await copy(dir, cluster, url, when)).code).toBeNull();
  expect((await run('verify', '--dir', cluster)).code).toBe(4);
  const there = await copy(dir, cluster, url, never);
  expect(there.code, there.err).toBe(0);

  expect((await copy(cluster, back, url, () => existsSync(join(back, 'ledger.db')))).code).toBeNull();
  // Behind this mark no node of the cluster acknowledges anything, and the copy is not whole yet: nobody can sign.
  expect((await copy(cluster, back, url, () => count('sekisho/moved') > 0)).code).toBeNull();
  expect((await run('verify', '--dir', back)).code).toBe(4);
  const again = await copy(cluster, back, url, never);
  expect(again.code, again.err).toBe(0);

  const [first, second] = [JSON.parse(there.out), JSON.parse(again.out)];
  expect(second).toEqual({ ...first, from: cluster, to: back });
  expect(first).toMatchObject({ evidence: BLOBS });
  const verified = JSON.parse((await run('verify', '--dir', back, '--json')).out);
  expect(verified).toMatchObject({ faultCount: 0, root: first.root, size: first.size });
  expect(JSON.parse((await run('verify', '--dir', dir, '--json')).out)).toEqual(verified);
}, 240_000);
