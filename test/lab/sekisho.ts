import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const inProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export const PROGRAM = inProject('dist/adapters/cli/sekisho.js');
const PATIENCE_SECONDS = 120;

/** What a run of the program came to. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A run of the program that goes on until it is told to end. */
export interface Running {
  readonly pid: () => number | undefined;
  /** What it has printed so far. */
  readonly out: () => string;
  /** Waits until it has printed `text`, `times` times in all; throws when it ends before. */
  readonly says: (text: string, times?: number) => Promise<void>;
  readonly ended: Promise<Ended>;
  /** Asks it to end with SIGTERM, and waits until it did. */
  readonly stop: () => Promise<Ended>;
}

/** Nothing of the caller's settings decides what a test shows. */
const environment = (): NodeJS.ProcessEnv => {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:SEKISHO_|TPM2TOOLS_|FORCE_COLOR$)/.test(name));
  return { ...Object.fromEntries(own), NO_COLOR: '1' };
};

const saidBy = async (child: ChildProcess, out: () => string, text: string, times: number): Promise<boolean> => {
  for (let step = 0; step < PATIENCE_SECONDS * 20; step++) {
    if (out().split(text).length > times) return true;
    if (child.exitCode !== null || child.signalCode !== null) return false;
    await sleep(50);
  }
  return false;
};

/** Starts the built program as people and services do. The kernel kills it when this process dies, however it dies. */
export const startSekisho = (...args: ReadonlyArray<string>): Running => {
  const command = ['--pdeathsig', 'KILL', '--', process.execPath, PROGRAM, ...args];
  const child = spawn('setpriv', command, { stdio: ['ignore', 'pipe', 'pipe'], env: environment() });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const out = (): string => said.out;
  const ended = once(child, 'close').then((): Ended => ({ code: child.exitCode, ...said }));
  return {
    pid: () => child.pid,
    out,
    ended,
    says: async (text, times = 1) => {
      if (await saidBy(child, out, text, times)) return;
      throw new Error(`sekisho ${args[0] ?? ''} did not say '${text}' (${String(times)}):\n${said.out}${said.err}`);
    },
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
};

/** Runs the built program to its end. */
export const sekisho = (...args: ReadonlyArray<string>): Promise<Ended> => startSekisho(...args).ended;

/** What a run of the program printed, byte for byte. */
export interface Got {
  readonly code: number | null;
  readonly key: Buffer;
  readonly err: string;
}

/** Runs the built program to its end as others pipe from it and to it. */
export const sekishoBytes = async (args: ReadonlyArray<string>, input?: Uint8Array): Promise<Got> => {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: environment() });
  const [out, err]: [Array<Buffer>, Array<Buffer>] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, key: Buffer.concat(out), err: Buffer.concat(err).toString() };
};

/** Brings the build up to date, as `npm test` does, for those who start one test file by itself. */
export const buildSekisho = async (): Promise<void> => {
  const script = inProject('adapters/cli/fresh.mjs');
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error('the build failed');
};
