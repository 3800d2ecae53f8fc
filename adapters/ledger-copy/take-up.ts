import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { makePrivateFolder } from '../access/private-files.js';
import type { DataFolder } from '../authority/data-folder.js';
import { readStoreChoice, type StoreChoice, writeStoreChoice } from '../authority/store-file.js';
import type { CopyFault } from './copy-fault.js';
import { type Copying, readCopying, writeCopying } from './copy-marks.js';

type Work<A> = TE.TaskEither<CopyFault, A>;

const isEmpty = async (dir: string): Promise<boolean> => (await readdir(dir).catch(() => [])).length === 0;

/** The mark first: whatever follows it is a copy that was not finished. */
const begin = (folder: DataFolder, authority: string, store: StoreChoice | undefined): Work<Copying> =>
  pipe(
    makePrivateFolder(folder.root) as Work<void>,
    TE.map(() => ({ target: randomUUID(), authority })),
    TE.tap((copying) => writeCopying(folder.copying, copying)),
    TE.tap(() => (store === undefined ? TE.right(undefined) : writeStoreChoice(folder.store, store))),
  );

const goOn = (folder: DataFolder, authority: string, store: StoreChoice | undefined): Work<Copying> => {
  const refused = (rule: string): Work<never> => TE.left({ _tag: 'TargetHoldsOther', where: folder.root, rule });
  return pipe(
    TE.Do,
    TE.bindW('copying', () => readCopying(folder.copying)),
    TE.bindW('choice', () => readStoreChoice(folder.store)),
    TE.flatMap(({ copying, choice }): Work<Copying> => {
      if (copying === undefined) return refused('is not empty');
      if (copying.authority !== authority) return refused('holds the beginning of a copy of another authority');
      // A kill between the two marks left a copy that has no store yet.
      if (choice === undefined && store !== undefined)
        return pipe(
          writeStoreChoice(folder.store, store),
          TE.map(() => copying),
        );
      return choice?.url === store?.url && choice?.prefix === store?.prefix
        ? TE.right(copying)
        : refused('holds the beginning of a copy with another store');
    }),
  );
};

/** Begins a copy in an empty folder, or takes up the one of this authority that was not finished there. */
export const takeUp = (folder: DataFolder, authority: string, store: StoreChoice | undefined): Work<Copying> =>
  pipe(
    TE.fromTask(() => isEmpty(folder.root)),
    TE.flatMap((empty) => (empty ? begin(folder, authority, store) : goOn(folder, authority, store))),
  );
