import { type SpawnSyncReturns, spawn } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pemOf } from '../../adapters/crypto/pem-text.js';
import { cn, ecKey, makeCertificate } from '../support/certificate-maker.js';
import type { BenchGroup, Figure } from './figure.js';
import { openBenchLedger, temporaryFolder } from './ledger.js';
import { projectRoot } from './project-root.js';
import { initAuthority, type ServedAuthority, serveAuthority } from './served-authority.js';
import { secondsOf } from './timing.js';

const KEYS = 10_000;
const SEKISHO = join(projectRoot, 'dist', 'adapters', 'cli', 'sekisho.js');
const APPENDS_MS = 3_000;

interface Made {
  /** One file with a certificate for each key. */
  readonly file: string;
  /** A file with a bare key for each of as many others, and one that holds none. */
  readonly folder: string;
}

/** Keys of their own, as a fleet's TPMs have; certificates by one maker. */
const make = (path: string): Made => {
  const maker = ecKey();
  const made = { file: join(path, 'fleet.pem'), folder: join(path, 'keys') };
  const certificates = Array.from({ length: KEYS }, (_, i) =>
    makeCertificate({ subject: cn(`tpm-${String(i)}`), issuer: cn('maker'), issuerKey: maker, key: ecKey() }),
  );
  writeFileSync(made.file, certificates.map((der) => pemOf('CERTIFICATE', der)).join(''));
  mkdirSync(made.folder);
  for (let i = 0; i < KEYS; i++) {
    const der = createPublicKey(ecKey()).export({ format: 'der', type: 'spki' });
    writeFileSync(join(made.folder, `esx-${String(i).padStart(5, '0')}.pem`), pemOf('PUBLIC KEY', der));
  }
  writeFileSync(join(made.folder, 'not-a-key.pem'), 'nothing\n');
  return made;
};

interface Imported {
  readonly entries: ReadonlyArray<{ readonly outcome: string }>;
  readonly notTaken: ReadonlyArray<unknown>;
}

type Ended = Pick<SpawnSyncReturns<string>, 'status' | 'stdout'>;

/** Without blocking: the disk is measured by this process meanwhile or not at all. */
const ended = (args: ReadonlyArray<string>): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [SEKISHO, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.once('close', (status) => resolve({ status, stdout }));
  });

/** As an operator does it, the start of the program included. */
const imported = async (dir: string, path: string, outcome: string, notTaken: number): Promise<number> => {
  const args = ['endorsement-key', 'import', path, '--dir', dir, '--as', 'trust-admin-1', '--json'];
  const { seconds, result } = await secondsOf(() => ended(args));
  const report = JSON.parse(result.stdout) as Imported;
  const count = report.entries.filter((entry) => entry.outcome === outcome).length;
  if (count !== KEYS || report.notTaken.length !== notTaken || result.status !== Math.sign(notTaken))
    throw new Error(`${path}: ${String(count)} ${outcome}, ${String(report.notTaken.length)} not taken`);
  return seconds;
};

/** One event for each key, each waiting for the disk: what an import by the single command would be held up by. */
const appendsOneByOne = async (): Promise<number> => {
  const ledger = await openBenchLedger();
  const began = performance.now();
  let done = 0;
  for (; performance.now() - began < APPENDS_MS; done++) await ledger.note('reference/default');
  const rate = (done * 1000) / (performance.now() - began);
  await ledger.close();
  return rate;
};

const measure = async (authority: ServedAuthority, dir: string, made: Made): Promise<ReadonlyArray<Figure>> => {
  const limit = { name: 'durable appends, one by one, in the same run', value: await appendsOneByOne() };
  const unit = 'keys/s';
  const file = await imported(dir, made.file, 'listed', 0);
  const cpu = authority.cpuSeconds() ?? 0;
  const folder = await imported(dir, made.folder, 'listed', 1);
  const folderCpu = (authority.cpuSeconds() ?? 0) - cpu;
  const again = await imported(dir, made.folder, 'known', 1);
  return [
    { name: '10,000 certificates in one file', measured: KEYS / file, unit, peer: limit },
    { name: '10,000 bare keys, a file each, and a file that is none', measured: KEYS / folder, unit, peer: limit },
    { name: '- server, CPU time for each key', measured: (folderCpu * 1e6) / KEYS, unit: 'us' },
    { name: '- the same folder again: all known', measured: KEYS / again, unit },
    { name: 'server memory', measured: authority.residentMegabytes() ?? 0, unit: 'MB', atMost: 400 },
  ];
};

/** `import` is a word of the language. */
export const imports: BenchGroup = {
  name: 'import',
  what: '10,000 endorsement keys in bulk by the command line, from one file and from a folder',
  run: async ({ say }) => {
    const folder = temporaryFolder();
    const dir = `${folder.path}/authority`;
    initAuthority(dir);
    say('making 20,000 keys');
    const made = make(folder.path);
    const authority = await serveAuthority(dir);
    const figures = await measure(authority, dir, made);
    await authority.stop();
    folder.remove();
    return figures;
  },
};
