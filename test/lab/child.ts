import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs a program to its end and returns what it printed; throws with its last words when it fails. */
export const run = (program: string, args: ReadonlyArray<string>, env: Record<string, string> = {}): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const settings = {
      env: { ...process.env, ...env },
      encoding: 'buffer',
      maxBuffer: 16_777_216,
      timeout: 300_000,
    } as const;
    execFile(program, [...args], settings, (failure, stdout, stderr) => {
      if (failure === null) resolve(stdout);
      else reject(new Error(`${program} ${args[0] ?? ''}: ${failure.message}\n${stderr.toString().slice(-2000)}`));
    });
  });

/** A child that the kernel kills when this process dies, however it dies: the lab never leaves a machine running. */
export const startChild = (program: string, args: ReadonlyArray<string>): ChildProcess =>
  spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...args], { stdio: 'ignore' });

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

export const stopChild = async (child: ChildProcess): Promise<void> => {
  if (hasEnded(child)) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exit;
  clearTimeout(timer);
};

/** Waits until `ready` says so; throws when the child ends first or `seconds` have passed. */
export const waitFor = async (
  what: string,
  child: ChildProcess,
  ready: () => Promise<boolean>,
  seconds: number,
): Promise<void> => {
  for (let step = 0; step < seconds * 20; step++) {
    if (await ready()) return;
    if (hasEnded(child))
      throw new Error(`${what}: the process ended with ${String(child.exitCode ?? child.signalCode)}`);
    await sleep(50);
  }
  throw new Error(`${what}: not ready in ${String(seconds)} s`);
};
