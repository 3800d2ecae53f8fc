import { existsSync } from 'node:fs';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { lockFile } from '../event-store/sqlite/file-lock.js';
import type { DataFolder } from './data-folder.js';

/**
 * Has a data folder for itself, as a process that serves it has: by the lock of its ledger, or of its copy of one that is in a
 * cluster. The system gives it free however the holder ends. Left: another process has it, whatever `server.json` says.
 */
export const lockFolder = ({ store, replica, ledger }: DataFolder): TE.TaskEither<'busy', () => void> =>
  TE.tryCatch(
    () => lockFile(existsSync(store) ? replica : ledger),
    () => 'busy' as const,
  );
