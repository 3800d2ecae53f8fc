import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const unlessGone = <A>(read: () => A): A | undefined => {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** What every file below a folder holds, by its path. Programs may be writing there: what is gone before it is read is left out. */
export const filesBelow = (folder: string): ReadonlyArray<readonly [string, Buffer]> =>
  (unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? []).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    const bytes = entry.isFile() ? unlessGone(() => readFileSync(path)) : undefined;
    return bytes === undefined ? [] : [[path, bytes] as const];
  });
