import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Beside the file, since a rename is atomic only within one file system. */
const writeBeside = async (file: string, content: string | Uint8Array): Promise<string> => {
  const beside = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = await open(beside, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return beside;
};

/** Puts what is given in the place of the old file, durable when it resolves. A crash leaves the old or the new, whole. Mode 0600. */
export const replaceFile = async (file: string, content: string | Uint8Array): Promise<void> => {
  const beside = await writeBeside(file, content);
  try {
    await rename(beside, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
};

/** Makes a file that must not exist yet (`EEXIST`), durable and whole when it resolves. Mode 0600. */
export const createFile = async (file: string, text: string): Promise<void> => {
  const beside = await writeBeside(file, text);
  try {
    await link(beside, file);
    await syncFolder(dirname(file));
  } finally {
    await rm(beside, { force: true });
  }
};
