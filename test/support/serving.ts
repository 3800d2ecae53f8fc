import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

/** Builds what is out of date, as every script of the project does first. */
export const built = (): void => {
  const { status, stderr } = spawnSync(process.execPath, ['adapters/cli/fresh.mjs'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
};

export interface Serving {
  readonly url: string;
  /** As a power cut would: no signal handler runs. Resolves when the process is gone. */
  readonly kill: () => Promise<void>;
  /** As a service manager does. The exit code. */
  readonly end: () => Promise<number | null>;
  readonly signal: (name: NodeJS.Signals) => void;
}

const gone = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once('exit', (code) => resolve(code));
  });

/** A server process of its own; rejects with what it said when it does not come up. */
export const serve = (dir: string, ...options: ReadonlyArray<string>): Promise<Serving> =>
  serveWith(process.env, dir, ...options);

export const serveWith = (env: NodeJS.ProcessEnv, dir: string, ...options: ReadonlyArray<string>): Promise<Serving> =>
  started(env, 'serve', dir, options);

/** A follower as a process of its own. */
export const followIn = (dir: string, ...options: ReadonlyArray<string>): Promise<Serving> =>
  started(process.env, 'follow', dir, options);

const started = (
  env: NodeJS.ProcessEnv,
  command: 'serve' | 'follow',
  dir: string,
  options: ReadonlyArray<string>,
): Promise<Serving> =>
  new Promise((resolve, reject) => {
    const common = ['--dir', dir, '--port', '0', '--log-level', 'silent'];
    const args = ['dist/adapters/cli/sekisho.js', command, ...common, ...options];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const url = /on (https?:\/\/[^\s;]+)[; ]/.exec(said)?.[1];
      if (url === undefined) return;
      const signal = (name: 'SIGKILL' | 'SIGTERM') => () => {
        child.kill(name);
        return gone(child);
      };
      resolve({
        url,
        kill: () => signal('SIGKILL')().then(() => undefined),
        end: signal('SIGTERM'),
        signal: (name) => void child.kill(name),
      });
    });
    child.once('exit', () => reject(new Error(`the server did not come up: ${said}`)));
  });
