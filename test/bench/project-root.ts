import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const above = (folder: string): string => (existsSync(join(folder, 'package.json')) ? folder : above(dirname(folder)));

/** This file runs from a build folder: the checkout is the nearest folder above it with a package.json. */
export const projectRoot = above(dirname(fileURLToPath(import.meta.url)));

export const evidenceFileOf = (name: string): string =>
  join(projectRoot, 'test', 'vectors', 'evidence', `${name}.json`);
