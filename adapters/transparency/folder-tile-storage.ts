import { readFile, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Resource, TileStorage } from '../../domain/transparency/ports.js';
import { codeOf, makeFolder, removeFile, replaceFile, syncFolder, unavailable } from './durable-files.js';

/** Beside each other at most so many files are open. */
const AT_ONCE = 16;

const inTurns = async <A>(items: ReadonlyArray<A>, work: (item: A) => Promise<void>): Promise<void> => {
  for (let i = 0; i < items.length; i += AT_ONCE) await Promise.all(items.slice(i, i + AT_ONCE).map(work));
};

const writeAll = async (root: string, resources: ReadonlyArray<Resource>): Promise<void> => {
  const files = resources.map(({ path, bytes }) => ({ file: join(root, path), bytes }));
  const folders = [...new Set(files.map(({ file }) => dirname(file)))];
  for (const folder of folders) await makeFolder(folder);
  await inTurns(files, ({ file, bytes }) => replaceFile(file, bytes));
  await inTurns(folders, syncFolder);
};

const readIfThere = async (file: string): Promise<Uint8Array | undefined> => {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** A folder that has become empty goes as well; one that has not stays. */
const removeAll = async (root: string, paths: ReadonlyArray<string>): Promise<void> => {
  const files = paths.map((path) => join(root, path));
  await inTurns(files, removeFile);
  for (const folder of new Set(files.map((file) => dirname(file)))) await rmdir(folder).catch(() => undefined);
};

/**
 * Plain files under the paths that C2SP tlog-tiles gives them: any web server can serve the folder as it is. Paths are made
 * by `tilePath` alone and can't leave it.
 */
export const createFolderTileStorage = (root: string): TileStorage => ({
  read: (path) => TE.tryCatch(() => readIfThere(join(root, path)), unavailable(path)),
  write: (resources) => TE.tryCatch(() => writeAll(root, resources), unavailable(root)),
  remove: (paths) => TE.tryCatch(() => removeAll(root, paths), unavailable(root)),
});
