import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { replaceFile } from '../files/durable-file.js';

export interface FileFault {
  readonly _tag: 'FileFault';
  readonly file: string;
  readonly rule: string;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

const fault =
  (file: string) =>
  (error: unknown): FileFault => ({ _tag: 'FileFault', file, rule: `can not be used (${codeOf(error)})` });

/** Whole or not at all, whatever happens meanwhile, and readable by its owner only. */
export const writePrivate = (file: string, text: string): TE.TaskEither<FileFault, void> =>
  TE.tryCatch(() => replaceFile(file, text), fault(file));

/** Undefined: no such file. */
export const readIfThere = (file: string): TE.TaskEither<FileFault, string | undefined> =>
  TE.tryCatch(async () => {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }, fault(file));

/** A folder that only its owner can enter. */
export const makePrivateFolder = (folder: string): TE.TaskEither<FileFault, void> =>
  TE.tryCatch(async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  }, fault(folder));

export const removeFile = (file: string): TE.TaskEither<FileFault, void> =>
  TE.tryCatch(() => rm(file, { force: true }), fault(file));
