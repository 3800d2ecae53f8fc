import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchHost } from './bench-host.js';
import type { BenchGroup, BenchOptions, Figure } from './figure.js';
import { enrolFleet } from './fleet.js';
import { openConnection } from './http-connection.js';
import { temporaryFolder } from './ledger.js';
import { initAuthority, type ServedAuthority, serveAuthority } from './served-authority.js';
import { percentile } from './timing.js';

const FORGER = fileURLToPath(new URL('./forger.js', import.meta.url));
const USUAL = { count: 100_000, seconds: 60 };
const LARGE = { count: 1_000_000, seconds: 3600 };
const WARM_UP_MS = 6000;
const CALM_MS = 8000;

interface Attested {
  readonly perSecond: number;
  readonly p99: number;
  readonly count: number;
}

/** One host, again and again, until `done`. */
const attestUntil = async (authority: ServedAuthority, host: BenchHost, done: Promise<unknown>): Promise<Attested> => {
  const state = { over: false };
  void done.finally(() => {
    state.over = true;
  });
  const connection = await openConnection(authority.port);
  const times: Array<number> = [];
  const began = performance.now();
  while (!state.over) {
    const asked = performance.now();
    await host.attest(connection);
    times.push(performance.now() - asked);
  }
  connection.close();
  const seconds = (performance.now() - began) / 1000;
  return { perSecond: times.length / seconds, p99: percentile(times, 99), count: times.length };
};

const after = (milliseconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, milliseconds));

interface Forged {
  readonly seconds: number;
  /** How many of the answers had which status. */
  readonly statuses: Readonly<Record<string, number>>;
}

const forge = (authority: ServedAuthority, host: BenchHost, most: typeof USUAL): Promise<Forged> =>
  new Promise((resolve, reject) => {
    const began = performance.now();
    const args = [FORGER, String(authority.port), host.id, String(most.count), host.akName, String(most.seconds)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('exit', (code) => {
      const seconds = (performance.now() - began) / 1000;
      if (code === 0) resolve({ statuses: JSON.parse(said) as Forged['statuses'], seconds });
      else reject(new Error('the stranger failed'));
    });
  });

/** The ledger's size, by its last index. */
const sizeOf = async (authority: ServedAuthority): Promise<number> => {
  const { index } = (await authority.asOperator('auditor-1', 'GET', '/v1/health')) as { readonly index: number };
  return index + 1;
};

const measure = async (authority: ServedAuthority, { large }: BenchOptions): Promise<ReadonlyArray<Figure>> => {
  const [host] = await enrolFleet(authority, 1);
  if (host === undefined) throw new Error('no host');
  await attestUntil(authority, host, after(WARM_UP_MS));
  const calm = await attestUntil(authority, host, after(CALM_MS));
  await after(1000);
  const before = await sizeOf(authority);
  const attack = forge(authority, host, large ? LARGE : USUAL);
  const attacked = await attestUntil(authority, host, attack);
  const { seconds, statuses } = await attack;
  await after(1000);
  const added = (await sizeOf(authority)) - before - attacked.count;
  const count = Object.values(statuses).reduce((sum, each) => sum + each, 0);
  const answers = Object.entries(statuses).map(([status, each]) => `${String(each)} times ${status}`);
  return [
    { name: 'forged quotes answered', measured: count / seconds, unit: '/s', note: answers.join(', ') },
    { name: 'events that they added', measured: added, unit: 'events', atMost: 0 },
    { name: 'the real host meanwhile', measured: attacked.perSecond, unit: 'attestations/s' },
    { name: 'the real host in calm', measured: calm.perSecond, unit: 'attestations/s' },
    { name: 'its p99 meanwhile', measured: attacked.p99, unit: 'ms' },
    { name: 'its p99 in calm', measured: calm.p99, unit: 'ms' },
  ];
};

export const strangers: BenchGroup = {
  name: 'strangers',
  what: 'one host attests while a stranger sends up to 100,000 forged quotes in its name, a minute at most; with --large 1,000,000',
  run: async (options) => {
    const folder = temporaryFolder();
    const dir = `${folder.path}/authority`;
    initAuthority(dir);
    const authority = await serveAuthority(dir);
    const figures = await measure(authority, options);
    await authority.stop();
    folder.remove();
    return figures;
  },
};
