// How scripts for browsers are made: by esbuild's own program, from the sources that the command line runs.
// Plain JavaScript on Node's own modules: it is part of the build.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');

/** What esbuild prints: the script, where `args` name no folder for it. Ends the process where it can't be made. */
export const bundle = (entry, ...args) => {
  const command = [
    join(root, 'node_modules', 'esbuild', 'bin', 'esbuild'),
    entry,
    '--bundle',
    '--platform=browser',
    '--target=es2022',
    '--minify',
    '--charset=ascii',
    '--legal-comments=none',
    '--log-level=warning',
    `--alias:node:crypto=${join(here, 'platform-crypto.ts')}`,
    ...args,
  ];
  const { status, stdout, error } = spawnSync(process.execPath, command, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error) console.error(`cannot run esbuild: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
};
