#!/usr/bin/env node
// Runs a command of this project from any state of the checkout: installs packages if the lockfile asks for others than
// are installed, builds if a source is newer than the build, then runs the command given behind it.
// Plain JavaScript on Node's own modules: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const installed = join(root, 'node_modules', '.sekisho-lock');
const built = join(root, 'dist', '.sekisho-built');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

const run = (command, args, options = {}) => {
  const windows = process.platform === 'win32';
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: windows, ...options });
  if (result.error) console.error(`cannot run ${command}: ${result.error.message}`);
  return result.status ?? 1;
};

const orExit = (status) => {
  if (status !== 0) process.exit(status);
};

const refuseOldNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Sekisho needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(2);
};

const newestSource = (folder) =>
  readdirSync(folder, { withFileTypes: true }).reduce((newest, entry) => {
    const path = join(folder, entry.name);
    return Math.max(newest, entry.isDirectory() ? newestSource(path) : statSync(path).mtimeMs);
  }, 0);

const install = () => {
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  console.error('Installing packages (npm ci) ...');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  orExit(run('npm', args, { stdio: ['ignore', 2, 2] }));
  writeFileSync(installed, lock);
};

const build = () => {
  const newest = Math.max(...['domain', 'projections', 'adapters'].map((folder) => newestSource(join(root, folder))));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  console.error('Building ...');
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  orExit(run(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: ['ignore', 2, 2] }));
  orExit(run(process.execPath, [join('adapters', 'verifier-page', 'build.mjs')], { stdio: ['ignore', 2, 2] }));
  orExit(run(process.execPath, [join('adapters', 'web', 'build.mjs')], { stdio: ['ignore', 2, 2] }));
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(built, '');
};

refuseOldNode();
const installedByNpm = process.env.npm_lifecycle_event === 'prepare' && existsSync(join(root, 'node_modules'));
if (installedByNpm) writeFileSync(installed, lock);
install();
build();
const [command, ...args] = process.argv.slice(2);
if (command !== undefined) {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  process.exit(run(command, args, { env: { ...process.env, PATH: path } }));
}
