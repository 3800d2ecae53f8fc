import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { badInput, type CliFailure } from './failure.js';

export interface InputFile {
  readonly path: string;
  /** Its name without folder and ending. */
  readonly stem: string;
}

const MOST_FILES = 100_000;

const fileAt = (path: string): InputFile => ({ path, stem: basename(path, extname(path)) });

const inFolder = async (folder: string): Promise<ReadonlyArray<string>> => {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
};

const filesOf = (path: string): TE.TaskEither<CliFailure, ReadonlyArray<InputFile>> =>
  TE.tryCatch(
    async () => {
      if (!(await stat(path)).isDirectory()) return [fileAt(path)];
      return (await inFolder(path)).map((name) => fileAt(join(path, name)));
    },
    () => badInput('FileUnreadable', `${path} does not exist or may not be read by you`),
  );

/** Files as they are named, and the files in folders, each folder in the order of its names; hidden ones are left out. */
export const inputFiles = (paths: ReadonlyArray<string>): TE.TaskEither<CliFailure, ReadonlyArray<InputFile>> =>
  pipe(
    paths,
    TE.traverseSeqArray(filesOf),
    TE.map((lists) => lists.flat()),
    TE.filterOrElse(
      ({ length }) => length > 0 && length <= MOST_FILES,
      ({ length }) =>
        badInput('NoFiles', `${paths.join(', ')}: ${length === 0 ? 'there are no files' : 'there are too many files'}`),
    ),
  );
