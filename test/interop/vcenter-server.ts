import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Identity } from '../support/kmip-certificates.js';

export interface VcenterSettings {
  /** The built program. */
  readonly program: string;
  readonly folder: string;
  readonly identity: Identity;
  readonly user: string;
  readonly password: string;
  /** 0: one that the system chooses. */
  readonly port?: number;
}

/** govmomi's simulator in a process of its own. */
export interface Vcenter {
  readonly port: number;
  /** One line of what main.go understands; rejects when it failed. */
  readonly do: (line: string) => Promise<void>;
  /** As a power cut would. */
  readonly kill: () => Promise<void>;
}

const args = ({ folder, identity, user, password, port = 0 }: VcenterSettings): ReadonlyArray<string> => {
  const [cert, key] = [join(folder, 'vcenter.pem'), join(folder, 'vcenter.key')];
  writeFileSync(cert, identity.certificate);
  writeFileSync(key, identity.privateKey, { mode: 0o600 });
  const listen = `127.0.0.1:${String(port)}`;
  return ['-listen', listen, '-cert', cert, '-key', key, '-user', user, '-password', password];
};

const killed = async (child: ChildProcessWithoutNullStreams): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};

export const startVcenter = async (settings: VcenterSettings): Promise<Vcenter> => {
  const child = spawn(settings.program, args(settings), { stdio: 'pipe' });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = async (): Promise<string> => {
    const next = await lines.next();
    if (next.done === true) throw new Error(`the simulator ended: ${complaint}`);
    return next.value;
  };
  const port = Number(/:(\d+)$/.exec(await said())?.[1]);
  return {
    port,
    do: async (line) => {
      child.stdin.write(`${line}\n`);
      const answer = await said();
      if (answer !== 'ok') throw new Error(`${line}: ${answer}`);
    },
    kill: () => killed(child),
  };
};
