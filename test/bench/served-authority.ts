import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from '../../adapters/authority/data-folder.js';
import { openConnection } from './http-connection.js';
import { projectRoot } from './project-root.js';

const SEKISHO = join(projectRoot, 'dist', 'adapters', 'cli', 'sekisho.js');

/** Founds an authority as its operators would. */
export const initAuthority = (dir: string, env: NodeJS.ProcessEnv = {}): void => {
  const run = spawnSync(process.execPath, [SEKISHO, 'init', '--dir', dir], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (run.status !== 0) throw new Error(`init: ${run.stdout}${run.stderr}`);
};

/** A server in a process of its own. */
export interface ServedProcess {
  readonly pid: number;
  readonly port: number;
  /** Seconds of one core that the server worked so far; undefined where the system does not tell. */
  readonly cpuSeconds: () => number | undefined;
  /** Megabytes of memory in use. */
  readonly residentMegabytes: () => number | undefined;
  readonly stop: () => Promise<void>;
}

/** The program as it is shipped. */
export interface ServedAuthority extends ServedProcess {
  /** Asks for it as an operator and answers with the decoded body. */
  readonly asOperator: (who: string, method: string, path: string, body?: unknown) => Promise<unknown>;
}

const CLOCK_TICKS = 100;

const fromProc = <A>(file: string, read: (text: string) => A): A | undefined => {
  try {
    return read(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};

const cpuSecondsOf = (pid: number): number | undefined =>
  fromProc(`/proc/${String(pid)}/stat`, (text) => {
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
  });

const residentOf = (pid: number): number | undefined =>
  fromProc(`/proc/${String(pid)}/status`, (text) => Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1] ?? 0) / 1024);

const portOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once('exit', () => reject(new Error(`serve ended: ${said}`)));
  });

const decoded = (path: string, status: number, body: string): unknown => {
  if (status >= 300) throw new Error(`${path}: ${String(status)} ${body}`);
  return JSON.parse(body) as unknown;
};

/** `args` are node's. The server says where it listens. */
export const serve = async (args: ReadonlyArray<string>): Promise<ServedProcess> => {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await portOf(child);
  const pid = child.pid ?? 0;
  return {
    pid,
    port,
    cpuSeconds: () => cpuSecondsOf(pid),
    residentMegabytes: () => residentOf(pid),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
};

/** `flags` go to node: a profile, say. */
export const serveAuthority = async (dir: string, flags: ReadonlyArray<string> = []): Promise<ServedAuthority> => {
  const args = [SEKISHO, 'serve', '--dir', dir, '--port', '0', '--host-rate', '1000000', '--log-level', 'warn'];
  const given = process.env['BENCH_SERVER_FLAGS']?.split(' ') ?? [];
  const server = await serve([...flags, ...given, ...args]);
  return {
    ...server,
    asOperator: async (who, method, path, body) => {
      const token = readFileSync(dataFolder(dir).tokenOf(who), 'utf8').trim();
      const connection = await openConnection(server.port);
      const text = body === undefined ? '' : JSON.stringify(body);
      const answer = await connection.send(method, path, text, `authorization: Bearer ${token}\r\n`);
      connection.close();
      return decoded(path, answer.status, answer.body);
    },
  };
};
