import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.js';

/** The other program, built from its folder here; a text says why there is none. */
export type BuiltPeer = { readonly binary: string } | string;

export const buildPeer = (name: string): BuiltPeer => {
  if (spawnSync('go', ['version']).error !== undefined) return `${name} is left out: Go is not installed`;
  const binary = join(projectRoot, '.bench', name);
  mkdirSync(join(projectRoot, '.bench'), { recursive: true });
  const cwd = join(projectRoot, 'test', 'bench', 'peers', name);
  const built = spawnSync('go', ['build', '-o', binary, '.'], { cwd, encoding: 'utf8' });
  if (built.status === 0) return { binary };
  return `${name} is left out: ${built.stderr.trim().split('\n')[0] ?? 'go build failed'}`;
};
