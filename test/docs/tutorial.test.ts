import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { built } from '../support/serving.js';
import { requireTools, SOFTWARE_TPM } from '../support/system-parts.js';
import { patternOf, type Step, scriptOf, stepsOf } from '../support/tutorial.js';

const ROOT = join(import.meta.dirname, '..', '..');
const STEPS = stepsOf(readFileSync(join(ROOT, 'docs', 'tutorial.md'), 'utf8'));
/** Some forty runs of the program, one after the other. */
const TIMEOUT = 900_000;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** Nothing of the caller's settings decides what the tutorial shows. */
const environment = (home: string, port: string): NodeJS.ProcessEnv => {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:SEKISHO_|TPM2TOOLS_|FORCE_COLOR$)/.test(name));
  return { ...Object.fromEntries(own), HOME: home, NO_COLOR: '1', SEKISHO_PORT: port };
};

const endIfThere = (file: string, pidOf: (text: string) => number): void => {
  if (!existsSync(file)) return;
  try {
    process.kill(pidOf(readFileSync(file, 'utf8')), 'SIGKILL');
  } catch {
    // Ended already.
  }
};

describe.runIf(requireTools(SOFTWARE_TPM))('docs/tutorial.md', () => {
  let folder: string;
  const outputOf = (i: number): string => {
    const file = join(folder, `${String(i)}.out`);
    return existsSync(file) ? readFileSync(file, 'utf8') : 'was not reached\n';
  };

  /** The only thing that is not as on the page: the port, which another program may have. */
  const write = ({ commands }: Step, i: number, port: string): void =>
    writeFileSync(join(folder, `${String(i)}.sh`), commands.replaceAll('8750', port));

  beforeAll(async () => {
    built();
    folder = mkdtempSync(join(tmpdir(), 'sekisho-tutorial-'));
    const port = String(await freePort());
    STEPS.forEach((step, i) => write(step, i, port));
    writeFileSync(join(folder, 'run.sh'), scriptOf(folder, STEPS));
    const home = join(folder, 'home');
    mkdirSync(home);
    const command = ['--pdeathsig', 'KILL', '--', 'bash', join(folder, 'run.sh')];
    const shell = spawn('setpriv', command, { cwd: ROOT, env: environment(home, port), stdio: 'ignore' });
    await once(shell, 'exit');
  }, TIMEOUT);
  afterAll(() => {
    const home = join(folder, 'home', 'sekisho-tutorial');
    endIfThere(join(home, 'tpm', 'pid'), Number);
    endIfThere(join(home, 'sekisho-data', 'server.json'), (text) => Number(JSON.parse(text).pid));
    rmSync(folder, { recursive: true, force: true });
  });

  it('has commands in every chapter', () => {
    expect(STEPS.length).toBeGreaterThan(12);
    expect(STEPS.filter(({ printed }) => printed !== '').length).toBeGreaterThan(10);
  });

  it.each(STEPS.map(({ commands }, i) => [i, commands.split('\n')[0]] as const))(
    'prints what it says, block %i: %s',
    (i) => {
      expect(outputOf(i)).toMatch(patternOf(STEPS[i]!));
    },
  );
});
