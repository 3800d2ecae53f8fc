import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { loadKeyring } from '../../domain/ledger/load-keyring.js';
import { type DataFolder, dataFolder } from '../authority/data-folder.js';
import { type LedgerFiles, openLedgerFiles } from '../authority/open-ledger.js';
import { verifyLedgerFiles } from '../authority/verify-ledger-files.js';
import { entryEngines } from '../crypto/engines.js';
import { createFile } from '../files/durable-file.js';
import { readKeyFile } from '../key-store/key-file.js';
import { textOf } from '../key-store/key-store.js';
import { settleFile, syncFolder } from './backup-files.js';
import { checkFiles, readManifest } from './check-backup.js';
import { isSigned, MANIFEST, type Manifest } from './manifest.js';
import { type ContinuityOptions, proveContinuity } from './prove-continuity.js';
import { type RestoreFault, type RestoreWork, unreadable } from './restore-fault.js';

export interface RestoreOptions extends ContinuityOptions {
  readonly backup: string;
  readonly dir: string;
  /** Key id of the authority that is expected; undefined: whichever it is. */
  readonly authority: string | undefined;
}

export interface Restored {
  readonly authority: string;
  readonly size: number;
  readonly at: string;
  /** What the history was held against. */
  readonly provedBy: ReadonlyArray<string>;
}

const copyAll = ({ backup, dir }: RestoreOptions, { files }: Manifest): RestoreWork<void> =>
  TE.tryCatch(
    async () => {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      for (const { name } of files) {
        const to = join(dir, name);
        await mkdir(dirname(to), { recursive: true, mode: 0o700 });
        await copyFile(join(backup, name), to);
        await settleFile(to);
      }
      await syncFolder(dir);
    },
    () => unreadable('can not be copied'),
  );

const opened = (dir: string): RestoreWork<LedgerFiles> =>
  pipe(
    openLedgerFiles(dataFolder(dir)),
    TE.mapLeft(({ _tag }) => unreadable(`holds a ledger that can not be opened (${_tag})`)),
  );

const sound = (files: LedgerFiles): RestoreWork<number> =>
  pipe(
    verifyLedgerFiles({
      ...files,
      pinned: files.publicKeys.authority.kid,
      log: undefined,
      readModels: undefined,
      workers: availableParallelism(),
    }),
    TE.mapLeft(({ _tag }) => unreadable(`holds a ledger that can not be read (${_tag})`)),
    TE.flatMap(({ faultCount, faults, size }) =>
      faultCount === 0
        ? TE.right(size)
        : TE.left<RestoreFault>({ _tag: 'LedgerFaulty', faults: faultCount, first: faults[0]?._tag ?? '' }),
    ),
  );

const withoutSecrets = (folder: DataFolder): RestoreWork<void> =>
  TE.tryCatch(
    async () => {
      const file = await readKeyFile(folder.keys);
      if (E.isLeft(file)) throw new Error(file.left._tag);
      await rm(folder.keys);
      await createFile(folder.keys, textOf({ ...file.right, sealed: null }));
    },
    () => unreadable('holds no readable key file'),
  );

const restoreInto = (options: RestoreOptions, manifest: Manifest): RestoreWork<Restored> => {
  const folder = dataFolder(options.dir);
  return pipe(
    copyAll(options, manifest),
    TE.flatMap(() => (options.forReading ? withoutSecrets(folder) : TE.right(undefined))),
    TE.flatMap(() =>
      TE.bracket(
        opened(options.dir),
        (files) =>
          pipe(
            loadKeyring({ ...entryEngines, store: files.store.events }, manifest.authority),
            TE.mapLeft(({ _tag }) => unreadable(`holds keys that can not be read (${_tag})`)),
            TE.filterOrElse(
              (keyring) => isSigned(keyring, manifest),
              (): RestoreFault => ({ _tag: 'BackupDamaged', name: MANIFEST, rule: 'is not signed by the authority' }),
            ),
            TE.flatMap(() => sound(files)),
            TE.bindTo('size'),
            TE.bind('provedBy', ({ size }) => proveContinuity(folder, files, options, size)),
            TE.map((found) => ({ authority: manifest.authority, at: manifest.at, ...found })),
          ),
        ({ store }) => TE.fromTask(store.close),
      ),
    ),
  );
};

/**
 * Makes a data folder from a backup, if nothing shows that the history went on without it. Whatever is refused leaves no
 * folder behind: one that was left could be served.
 */
export const restoreBackup = (options: RestoreOptions): TE.TaskEither<RestoreFault, Restored> =>
  pipe(
    TE.tryCatch(
      async () => (await readdir(options.dir).catch(() => [])).length === 0,
      () => unreadable('can not be restored there'),
    ),
    TE.filterOrElse(
      (empty) => empty,
      (): RestoreFault => ({ _tag: 'BackupTargetNotEmpty', folder: options.dir }),
    ),
    TE.flatMap(() => readManifest(options.backup)),
    TE.filterOrElse(
      ({ authority }) => options.authority === undefined || options.authority === authority,
      ({ authority }): RestoreFault => ({
        _tag: 'BackupDamaged',
        name: MANIFEST,
        rule: `is of authority ${authority}`,
      }),
    ),
    TE.tap((manifest) => checkFiles(options.backup, manifest)),
    TE.flatMap((manifest) =>
      pipe(
        restoreInto(options, manifest),
        TE.tapError(() => TE.fromTask(() => rm(options.dir, { recursive: true, force: true }))),
      ),
    ),
  );
