import { spawn } from 'node:child_process';

const HOOK_MILLISECONDS = 60_000;

/** The administrator's own command, by the shell; told by its environment, which holds ids and codes and no secret. */
export const runHook = (
  command: string,
  { host, reasons, keys }: { readonly host: string; readonly reasons: string; readonly keys: string },
): Promise<number> =>
  new Promise((resolve) => {
    const env = { ...process.env, SEKISHO_HOST: host, SEKISHO_REASONS: reasons, SEKISHO_KEYS: keys };
    const child = spawn('/bin/sh', ['-c', command], { stdio: 'ignore', env, timeout: HOOK_MILLISECONDS });
    child.on('error', () => resolve(127));
    child.on('exit', (code) => resolve(code ?? 128));
  });
