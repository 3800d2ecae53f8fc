import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BackupFile } from './manifest.js';

/** Made durable, readable by its owner only. */
const settle = async (file: string): Promise<void> => {
  const handle = await open(file, 'r+');
  try {
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Copies a file that may not be there. */
export const copyIfThere = async (from: string, to: string): Promise<void> => {
  const there = await stat(from).catch(() => undefined);
  if (there?.isFile() !== true) return;
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(from, to);
  await settle(to);
};

export const settleFile = settle;

/** Every file below a folder, by its path from there. */
export const filesIn = async (folder: string): Promise<ReadonlyArray<string>> => {
  const found = await readdir(folder, { withFileTypes: true, recursive: true });
  return found
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(folder.length + 1))
    .sort();
};

/** A file as the manifest names it; read in pieces, whatever its size. */
export const describeFile = async (folder: string, name: string): Promise<BackupFile> => {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of createReadStream(join(folder, name))) {
    hash.update(piece as Buffer);
    size += (piece as Buffer).length;
  }
  return { name, size, sha256: hash.digest('hex') };
};
