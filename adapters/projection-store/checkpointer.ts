import { type Database, openDatabase } from '../event-store/sqlite/database.js';

/** What so many entries write is some 4 MB. */
const EVERY = 256;

/** Brings what was written into the file itself, and lets its log begin anew. */
export interface Checkpointer {
  /** To be called behind each batch. Nothing is to be written before it ends: else the log would never be all in the file. */
  readonly wrote: (entries: number) => Promise<void>;
  /** Resolves when nothing holds the file for it any more. */
  readonly close: () => Promise<void>;
}

/**
 * In the library's own thread, over a connection of its own. SQLite would do it within whichever commit happens to come, and
 * with it hold up the whole process for as long as the disk takes. Only where this fails is that left to happen.
 */
export const createCheckpointer = (file: string): Checkpointer => {
  let database: Database | undefined;
  let since = 0;
  let working: Promise<void> = Promise.resolve();
  const checkpoint = async (): Promise<void> => {
    try {
      database ??= openDatabase(file);
      await database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // The log grows until a commit does it.
    }
  };
  return {
    wrote: (entries) => {
      since += entries;
      if (since >= EVERY) {
        since = 0;
        working = checkpoint();
      }
      return working;
    },
    close: async () => {
      await working;
      database?.close();
    },
  };
};
