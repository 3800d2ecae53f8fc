import { open } from 'node:fs/promises';
import { openDatabase } from './database.js';

/**
 * One process at a time. The lock is SQLite's own, on a file beside the ledger, so the system gives it free however the
 * process ends. It is not on the ledger itself: libsql keeps a closed connection, and its locks, until its statements are
 * collected as garbage, while one that only ever used `exec` goes at once. Rejects when another process holds it.
 */
export const lockFile = async (file: string): Promise<() => void> => {
  const path = `${file}.lock`;
  await (await open(path, 'a', 0o600)).close();
  const holder = openDatabase(path);
  try {
    await holder.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    holder.close();
    throw error;
  }
  return holder.close;
};
