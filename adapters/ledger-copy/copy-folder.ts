import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { FileFault } from '../access/private-files.js';
import type { DataFolder } from '../authority/data-folder.js';
import { settleFile, syncFolder } from '../backup/backup-files.js';
import { headFileOf } from '../event-store/sqlite/head-file.js';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

const copyOne = async (from: string, to: string): Promise<void> => {
  try {
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await copyFile(from, to);
    await settleFile(to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
};

/** What an authority's folder has besides its ledger. Read models and tiles are made again. */
export const copyFolder = (from: DataFolder, to: DataFolder): TE.TaskEither<FileFault, void> =>
  TE.tryCatch(
    async () => {
      const files = ['keys', 'vault', 'tokens', 'passphrase', 'publisher', 'logPolicy', 'logCosigned'] as const;
      for (const file of files) await copyOne(from[file], to[file]);
      await copyOne(headFileOf(from.ledger), headFileOf(to.ledger));
      for (const name of await readdir(from.tokenFolder).catch(() => []))
        await copyOne(join(from.tokenFolder, name), join(to.tokenFolder, name));
      await syncFolder(to.root);
    },
    (error): FileFault => ({ _tag: 'FileFault', file: to.root, rule: `can not be written (${codeOf(error)})` }),
  );
