import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { SigningKeysAnswer } from '../../adapters/http/routes/signing-keys.js';
import { run } from '../support/run-cli.js';
import { built, serve } from '../support/serving.js';
import { temporaryFolder } from '../support/temporary-folder.js';

beforeAll(built);

const ok = async (...argv: ReadonlyArray<string>): Promise<string> => {
  const { code, out, err } = await run(...argv);
  expect([err, code]).toEqual(['', 0]);
  return out;
};

/** `sekisho signer serve` in a process of its own, once it serves. */
const signing = (...options: ReadonlyArray<string>): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const argv = ['dist/adapters/cli/sekisho.js', 'signer', 'serve', ...options];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('The signer serves')) resolve(child);
    });
    child.once('exit', () => reject(new Error('the signer did not come up')));
  });

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });

const sizeAt = async (url: string): Promise<number> =>
  Number((await (await fetch(`${url}/checkpoint`)).text()).split('\n')[1]);

it('records with keys that only another process has, nothing while that is away, and goes on when it is back', async () => {
  const folder = temporaryFolder();
  const [dir, keys, pass] = [join(folder, 'authority'), join(folder, 'signer'), join(folder, 'pass')];
  const socket = join(keys, 'socket');
  writeFileSync(pass, 'another long passphrase\n');
  await ok('init', '--dir', dir);
  const before = JSON.parse(await ok('keys', 'list', '--dir', dir, '--json')) as SigningKeysAnswer;
  await ok('signer', 'init', '--dir', dir, '--keys', keys, '--new-passphrase-file', pass);
  const argv = ['--keys', keys, '--socket', socket, '--passphrase-file', pass];
  await expect(serve(dir, '--signer', socket)).rejects.toThrow('the signer does not answer');
  const signer = await signing(...argv);
  const served = await serve(dir, '--signer', socket);
  onTestFinished(served.kill);
  await ok('host', 'enrol', 'h1', '--dir', dir);
  await expect.poll(() => sizeAt(served.url), { timeout: 100_000 }).toBe(before.asOf.index + 2);

  await ended(signer);
  const refused = await run('host', 'enrol', 'h2', '--dir', dir);
  expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('Nothing can be signed')]);
  expect((await run('host', 'show', 'h2', '--dir', dir)).code).toBe(3);

  await signing(...argv);
  await ok('host', 'enrol', 'h2', '--dir', dir);
  const authority = ['--authority-key', join(dir, 'keys.json'), '--authority-passphrase-file', join(dir, 'passphrase')];
  const held = ['--keys', keys, '--keys-passphrase-file', pass, ...authority];
  await ok('keys', 'rotate', 'event', ...held, '--dir', dir);
  await ok('host', 'enrol', 'h3', '--dir', dir);
  const { keys: now } = JSON.parse(await ok('keys', 'list', '--dir', dir, '--json')) as SigningKeysAnswer;
  const inUse = now.filter(({ purpose, until }) => purpose === 'event' && until === null);
  expect(inUse).toMatchObject([{ signsHere: true }]);
  expect(readFileSync(join(dir, 'keys.json'), 'utf8')).not.toContain(inUse[0]?.kid);
  expect(await served.end()).toBe(0);
  expect(await ok('verify', '--dir', dir)).toContain('entries are whole');
}, 300_000);
