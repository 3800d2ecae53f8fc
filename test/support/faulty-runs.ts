import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** The calls that can leave something half done on a disk. */
const CALLS = 'openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,link,unlink,mkdir,close';

/** The n-th call of its kind, counted in each thread by itself, as strace counts. */
export interface Point {
  readonly call: string;
  readonly nth: number;
  /** What it was about, for people. */
  readonly about: string;
}

export interface Run {
  /** What the script printed, whole lines only. */
  readonly lines: ReadonlyArray<string>;
  /** What strace wrote. */
  readonly trace: string;
}

// Files have one thread and the database's commits another: each makes the same calls in the same order in every run.
const ONE_THREAD_EACH = { UV_THREADPOOL_SIZE: '1', TOKIO_WORKER_THREADS: '1' };

/** Runs the script, which says `begin` and waits for a line; strace joins there, so that loading counts for nothing. */
const run = async (strace: ReadonlyArray<string>, script: string, folder: string): Promise<Run> => {
  const env = { ...process.env, ...ONE_THREAD_EACH };
  const child = spawn(process.execPath, [script, folder], { env, stdio: ['pipe', 'pipe', 'ignore'], timeout: 60_000 });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  const log = `${folder}.strace`;
  const args = ['-f', '-o', log, ...strace, '-p', String(child.pid)];
  const tracer = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(tracer, 'close');
  await once(tracer.stderr, 'data');
  child.stdin.on('error', () => undefined).write('\n');
  await closed;
  await ended;
  return { lines: output.split('\n').slice(0, -1), trace: readFileSync(log, 'utf8') };
};

const LINE = /^(\d+)\s+(\w+)\((.*)/;

/** Waking another thread, and telling the test, leave nothing on a disk. */
const isTalk = (call: string, rest: string): boolean =>
  call === 'write' && (/^\d+, "\\1\\0\\0\\0\\0\\0\\0\\0", 8\)?/.test(rest) || rest.startsWith('1, "'));

/** Every call that the script makes behind its line `begin`, from a run without a fault. */
export const callsOf = async (script: string, folder: string): Promise<ReadonlyArray<Point>> => {
  const { trace } = await run(['-e', `trace=${CALLS}`], script, folder);
  const counts = new Map<string, number>();
  const points = new Map<string, Point>();
  for (const line of trace.split('\n')) {
    const [, thread = '', call = '', rest = ''] = LINE.exec(line) ?? [];
    if (call === '') continue;
    const nth = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, nth);
    if (!isTalk(call, rest)) points.set(`${call} ${String(nth)}`, { call, nth, about: rest.slice(0, 80) });
  }
  return [...points.values()];
};

/** A run in which this call ended with the error, or was the last thing that the process did. */
export const runWithFault = async (
  { call, nth }: Point,
  how: 'SIGKILL' | 'EIO' | 'ENOSPC',
  script: string,
  folder: string,
): Promise<{ readonly lines: ReadonlyArray<string>; readonly struck: boolean }> => {
  const fault = how === 'SIGKILL' ? 'signal=KILL' : `error=${how}`;
  const inject = `inject=${call}:${fault}:when=${String(nth)}`;
  const { lines, trace } = await run(['-e', `trace=${call}`, '-e', inject], script, folder);
  return { lines, struck: /\(INJECTED\)|killed by SIGKILL/.test(trace) };
};
