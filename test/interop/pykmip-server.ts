import { type ExecFileSyncOptions, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../bench/project-root.js';
import type { Identity } from '../support/kmip-certificates.js';

/* The bench runs this from its build folder: what is no TypeScript is only in the checkout. */
const here = join(projectRoot, 'test/interop');
const REQUIREMENTS = join(here, 'pykmip/requirements.txt');

/** A first run fetches packages; later ones find them. */
export const PYKMIP_MILLIS = 300_000;

/** For `describe.runIf(...)`: whether Python can make a virtual environment. Where nothing may be skipped it throws instead. */
export const requirePython = (): boolean => {
  if (spawnSync('python3', ['-c', 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))']).status === 0)
    return true;
  const line = 'needs system packages: apt-get install python3 python3-venv';
  if (process.env['SEKISHO_REQUIRE_ALL'] === '1') throw new Error(line);
  process.stderr.write(`skipped: ${line}\n`);
  return false;
};

/** PyKMIP at the versions that requirements.txt fixes, in a folder of its own that is kept between runs. */
export const pykmipPython = (): string => {
  const version = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const folder = join(here, '../../.lab/interop', `pykmip-${version}`);
  const python = join(folder, 'bin/python');
  if (existsSync(python)) return python;
  const making = `${folder}-${process.pid}`;
  mkdirSync(join(here, '../../.lab/interop'), { recursive: true });
  const quiet: ExecFileSyncOptions = { stdio: ['ignore', 'pipe', 'pipe'], timeout: PYKMIP_MILLIS };
  execFileSync('python3', ['-m', 'venv', making], quiet);
  execFileSync(join(making, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '-r', REQUIREMENTS], quiet);
  try {
    renameSync(making, folder);
  } catch {
    // Another test made the same meanwhile.
    rmSync(making, { recursive: true, force: true });
  }
  return python;
};

export interface PyKmipSettings {
  readonly folder: string;
  /** Servers with the same name of a database hold the same keys. */
  readonly database?: string;
  readonly identity: Identity;
  readonly clientCa: string;
  readonly tls?: '1.2' | '1.3';
  readonly versions?: ReadonlyArray<readonly [number, number]>;
  readonly credential?: { readonly username: string; readonly password: string };
  readonly withoutOperations?: ReadonlyArray<'ENCRYPT' | 'DECRYPT' | 'DESTROY'>;
  readonly delayMillis?: number;
  /** Undefined: one that the system chooses. */
  readonly port?: number;
}

export interface RunningServer {
  readonly port: number;
  /** Names of the operations that it was asked for, oldest first. */
  readonly operations: () => ReadonlyArray<string>;
  readonly kill: () => Promise<void>;
}

let count = 0;

const startNow = async ({
  folder,
  database = 'keys',
  identity,
  clientCa,
  ...more
}: PyKmipSettings): Promise<RunningServer> => {
  const own = join(folder, `server-${count++}`);
  mkdirSync(own);
  const write = (name: string, content: string): string => {
    writeFileSync(join(own, name), content, { mode: 0o600 });
    return join(own, name);
  };
  const settings = {
    certificate: write('certificate.pem', identity.certificate),
    key: write('key.pem', identity.privateKey),
    clientCa: write('client-ca.pem', clientCa),
    log: join(own, 'log'),
    operations: write('operations', ''),
    database: join(folder, database),
    ...more,
  };
  const child = spawn(pykmipPython(), [join(here, 'pykmip/server.py')], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const errors: Array<string> = [];
  child.stderr.on('data', (part: Buffer) => errors.push(part.toString()));
  child.stdin.write(`${JSON.stringify(settings)}\n`);
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), once(child, 'exit')])) as [unknown];
  if (typeof line !== 'string') throw new Error(`PyKMIP did not start: ${errors.join('')}`);
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    // PyKMIP has a process of its own for policies, which outlives it: the whole group has to go.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL');
    await ended;
  };
  const operations = (): ReadonlyArray<string> =>
    readFileSync(settings.operations, 'utf8')
      .split('\n')
      .filter((name) => name !== '');
  return { port: (JSON.parse(line) as { port: number }).port, operations, kill };
};

let started: Promise<unknown> = Promise.resolve();

/** One after another: two servers that share a database would both make its tables. */
export const startPyKmip = (settings: PyKmipSettings): Promise<RunningServer> => {
  const server = started.then(() => startNow(settings));
  started = server.catch(() => undefined);
  return server;
};
