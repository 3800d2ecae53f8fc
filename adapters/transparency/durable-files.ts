import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PlaceUnavailable } from '../../domain/transparency/ports.js';

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

export const unavailable =
  (where: string) =>
  (error: unknown): PlaceUnavailable => ({ _tag: 'PlaceUnavailable', where, detail: codeOf(error) });

export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** A new folder is durable when the one that names it is: all that were made are synced, from the top. */
export const makeFolder = async (folder: string): Promise<void> => {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let at = folder; at.length >= first.length; at = dirname(at)) await syncFolder(dirname(at));
};

/** A draft beside the file, durable, with a name that nobody else uses. */
export const writeDraft = async (file: string, bytes: Uint8Array): Promise<string> => {
  const draft = join(dirname(file), `.draft-${randomBytes(8).toString('hex')}`);
  const handle = await open(draft, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return draft;
};

/** After a crash the file has the old bytes or the new ones, whole. Durable once its folder is synced. */
export const replaceFile = async (file: string, bytes: Uint8Array): Promise<void> => {
  const draft = await writeDraft(file, bytes);
  try {
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
};
