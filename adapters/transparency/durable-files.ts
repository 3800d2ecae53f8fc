import { randomBytes } from 'node:crypto';
import { closeSync, fsync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { PlaceUnavailable } from '../../domain/transparency/ports.js';

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

export const unavailable =
  (where: string) =>
  (error: unknown): PlaceUnavailable => ({ _tag: 'PlaceUnavailable', where, detail: codeOf(error) });

/**
 * What may wait for the disk is awaited: syncing, renaming and removing. The other calls are over in microseconds, and each
 * one that is awaited waits for its turn behind whatever else there is to do: under load a checkpoint, some fifty of them,
 * came seconds late.
 */
const synced = promisify(fsync);

export const syncFolder = async (folder: string): Promise<void> => {
  const handle = openSync(folder, 'r');
  try {
    await synced(handle);
  } finally {
    closeSync(handle);
  }
};

/** A new folder is durable when the one that names it is: all that were made are synced, from the top. */
export const makeFolder = async (folder: string): Promise<void> => {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  for (let at = folder; at.length >= first.length; at = dirname(at)) await syncFolder(dirname(at));
};

/** Nothing is to be done where somebody else removed it. */
export const removeFile = async (file: string): Promise<void> => {
  try {
    await unlink(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
};

/** A draft beside the file, durable, with a name that nobody else uses. */
export const writeDraft = async (file: string, bytes: Uint8Array): Promise<string> => {
  const draft = join(dirname(file), `.draft-${randomBytes(8).toString('hex')}`);
  const handle = openSync(draft, 'wx');
  try {
    writeFileSync(handle, bytes);
    await synced(handle);
  } catch (error) {
    await removeFile(draft);
    throw error;
  } finally {
    closeSync(handle);
  }
  return draft;
};

/** After a crash the file has the old bytes or the new ones, whole. Durable once its folder is synced. */
export const replaceFile = async (file: string, bytes: Uint8Array): Promise<void> => {
  const draft = await writeDraft(file, bytes);
  try {
    await rename(draft, file);
  } catch (error) {
    await removeFile(draft);
    throw error;
  }
};
