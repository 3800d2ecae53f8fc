import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { entryEngines } from '../../adapters/engines.js';
import { utf8 } from '../../domain/encoding/bytes.js';
import { openByPolicy } from '../../domain/transparency/policy-check.js';
import { parseWitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { right } from '../support/ledger.js';
import { run } from '../support/run-cli.js';
import { built, serve } from '../support/serving.js';
import { temporaryFolder } from '../support/temporary-folder.js';

beforeAll(built);

const urlOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const url = /answers on (http:\S+)\. /.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', () => reject(new Error(said)));
  });

const witness = (...options: ReadonlyArray<string>): Promise<string> => {
  const argv = ['dist/adapters/cli/sekisho.js', 'witness', 'serve', '--port', '0', ...options];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGTERM'));
  return urlOf(child);
};

const published = async (url: string): Promise<Uint8Array> => {
  for (;;) {
    const reply = await fetch(`${url}/checkpoint`);
    if (reply.status === 200) return new Uint8Array(await reply.arrayBuffer());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

it('publishes what a witness in a process of its own has cosigned, and nothing else', async () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('pass'), 'a long passphrase\n');
  await run('init', '--dir', at('authority'));
  const log = `log ${(await run('ledger', 'vkey', '--dir', at('authority'))).out.trim()}\n`;
  const key = ['--key', at('key'), '--passphrase-file', at('pass')];
  const vkey = (await run('witness', 'init', '--name', 'w.example', ...key)).out.trim();
  writeFileSync(at('logs'), `${log}quorum none\n`);
  const url = await witness(...key, '--policy', at('logs'), '--dir', at('state'));
  const text = `${log}witness w ${vkey} ${url}\nquorum w\n`;
  writeFileSync(at('policy'), text);
  const served = await serve(at('authority'), '--policy', at('policy'));
  onTestFinished(served.kill);
  const policy = right(parseWitnessPolicy(entryEngines.hashing, utf8(text)));
  const bytes = await published(served.url);
  expect(new TextDecoder().decode(bytes)).toContain('\u2014 w.example ');
  expect(right(openByPolicy(entryEngines.verifyEd25519, policy, bytes)).checkpoint.size).toBeGreaterThan(0);
  expect(await served.end()).toBe(0);
}, 60_000);
