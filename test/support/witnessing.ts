import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { run } from './run-cli.js';
import { temporaryFolder } from './temporary-folder.js';

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

export interface Witnessed {
  /** The authority's folder, founded and never opened. */
  readonly dir: string;
  /** A policy file that asks for the witness, and its text. */
  readonly policy: string;
  readonly text: string;
}

/** A founded authority and a witness of its log, in a process of its own for as long as the test runs. */
export const witnessedAuthority = async (): Promise<Witnessed> => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('pass'), 'a long passphrase\n');
  await run('init', '--dir', at('authority'));
  const log = `log ${(await run('ledger', 'vkey', '--dir', at('authority'))).out.trim()}\n`;
  const key = ['--key', at('key'), '--passphrase-file', at('pass')];
  const vkey = (await run('witness', 'init', '--name', 'w.example', ...key)).out.trim();
  writeFileSync(at('logs'), `${log}quorum none\n`);
  const serve = ['dist/adapters/cli/sekisho.js', 'witness', 'serve', '--port', '0', ...key];
  const argv = [...serve, '--policy', at('logs'), '--dir', at('state')];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGTERM'));
  const text = `${log}witness w ${vkey} ${await urlOf(child)}\nquorum w\n`;
  writeFileSync(at('policy'), text);
  return { dir: at('authority'), policy: at('policy'), text };
};

/** The published checkpoint once it is over at least so many entries. */
export const publishedFrom = async (url: string, least = 1): Promise<Uint8Array> => {
  for (;;) {
    const reply = await fetch(`${url}/checkpoint`);
    const bytes = reply.status === 200 ? new Uint8Array(await reply.arrayBuffer()) : new Uint8Array();
    if (Number(new TextDecoder().decode(bytes).split('\n')[1] ?? 0) >= least) return bytes;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
