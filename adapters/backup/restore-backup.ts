import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { loadKeyring } from '../../domain/ledger/load-keyring.js';
import { openCheckpoint } from '../../domain/transparency/checkpoint.js';
import type { SignedCheckpoint } from '../../domain/transparency/log-state.js';
import type { WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { readIfThere } from '../access/private-files.js';
import { type DataFolder, dataFolder } from '../data-folder.js';
import { createFile } from '../durable-file.js';
import { entryEngines } from '../engines.js';
import { readKeyFile } from '../key-store/key-file.js';
import { textOf } from '../key-store/key-store.js';
import { knownLogKeys } from '../log-key.js';
import { type LedgerFiles, openLedgerFiles } from '../open-ledger.js';
import { createFileCheckpointRecord } from '../transparency/file-checkpoint-record.js';
import { verifyLedgerFiles } from '../verify-ledger-files.js';
import { largestKnown } from './ask-witnesses.js';
import { describeFile, filesIn, settleFile, syncFolder } from './backup-files.js';
import { type GrownTree, growInMemory } from './grow-in-memory.js';
import { isSigned, MANIFEST, Manifest } from './manifest.js';

export type RestoreFault =
  | { readonly _tag: 'BackupUnreadable'; readonly rule: string }
  /** A file is not what the manifest says, or the manifest is not signed by the authority's event key. */
  | { readonly _tag: 'BackupDamaged'; readonly name: string; readonly rule: string }
  | { readonly _tag: 'BackupTargetNotEmpty'; readonly folder: string }
  | { readonly _tag: 'LedgerFaulty'; readonly faults: number; readonly first: string }
  /** More was signed than the backup holds: going on from it would give the world two histories. */
  | { readonly _tag: 'HistoryShorter'; readonly backup: number; readonly signed: number; readonly by: string }
  /** The checkpoint is of another history than the backup's. */
  | { readonly _tag: 'HistoryDiffers'; readonly size: number }
  | { readonly _tag: 'CheckpointForeign'; readonly rule: string }
  /** Nobody was asked how far the history went, so nothing may go on from here. */
  | { readonly _tag: 'ContinuityUnproven'; readonly unreachable: ReadonlyArray<string> };

export interface RestoreOptions {
  readonly backup: string;
  readonly dir: string;
  /** The newest checkpoint that anybody has. */
  readonly checkpoint: Uint8Array | undefined;
  /** Witnesses to ask how far they followed. */
  readonly policy: WitnessPolicy | undefined;
  /** Key id of the authority that is expected; undefined: whichever it is. */
  readonly authority: string | undefined;
  /** For reading and checking only: the copy can't sign, so nothing has to be proved. */
  readonly forReading: boolean;
}

export interface Restored {
  readonly authority: string;
  readonly size: number;
  readonly at: string;
  /** What the history was held against. */
  readonly provedBy: ReadonlyArray<string>;
}

type Work<A> = TE.TaskEither<RestoreFault, A>;

const unreadable = (rule: string): RestoreFault => ({ _tag: 'BackupUnreadable', rule });

const readManifest = (backup: string): Work<Manifest> =>
  pipe(
    readIfThere(join(backup, MANIFEST)),
    TE.mapLeft(({ rule }) => unreadable(rule)),
    TE.flatMapEither((text) =>
      pipe(
        E.fromNullable(unreadable('has no manifest: it was not finished'))(text),
        E.flatMap((json) =>
          pipe(
            parseJson(json),
            E.mapLeft(({ rule }) => unreadable(`manifest ${rule}`)),
          ),
        ),
        E.flatMap((value) =>
          pipe(
            decode(Manifest)(value),
            E.mapLeft(({ faults }) => unreadable(`manifest: ${faults[0]?.field ?? ''} ${faults[0]?.rule ?? ''}`)),
          ),
        ),
      ),
    ),
  );

const checkFiles = (backup: string, { files }: Manifest): Work<void> =>
  pipe(
    TE.tryCatch(
      async () => {
        const there = (await filesIn(backup)).filter((name) => name !== MANIFEST);
        const named = files.map(({ name }) => name).sort();
        const extra = there.find((name) => !named.includes(name)) ?? named.find((name) => !there.includes(name));
        if (extra !== undefined) return { name: extra, rule: 'is missing, or is not in the manifest' };
        for (const file of files) {
          const found = await describeFile(backup, file.name);
          if (found.sha256 !== file.sha256) return { name: file.name, rule: 'is not what was backed up' };
        }
        return undefined;
      },
      () => unreadable('can not be read'),
    ),
    TE.flatMap((wrong) =>
      wrong === undefined ? TE.right(undefined) : TE.left<RestoreFault>({ _tag: 'BackupDamaged', ...wrong }),
    ),
  );

const copyAll = ({ backup, dir }: RestoreOptions, { files }: Manifest): Work<void> =>
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

const opened = (dir: string): Work<LedgerFiles> =>
  pipe(
    openLedgerFiles(dataFolder(dir)),
    TE.mapLeft(({ _tag }) => unreadable(`holds a ledger that can not be opened (${_tag})`)),
  );

const sound = (files: LedgerFiles): Work<number> =>
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

const checkpointIn = (
  files: LedgerFiles,
  keyring: Parameters<typeof knownLogKeys>[0],
  bytes: Uint8Array,
): E.Either<RestoreFault, SignedCheckpoint> =>
  pipe(
    openCheckpoint(entryEngines.verifyEd25519, knownLogKeys(keyring, files.publicKeys), bytes),
    E.bimap(
      ({ _tag }): RestoreFault => ({ _tag: 'CheckpointForeign', rule: `is none of this log (${_tag})` }),
      ({ checkpoint }) => ({ checkpoint, bytes }),
    ),
  );

/** What was signed must be a beginning of what the backup holds. */
const holds = (
  tree: (size: number) => Work<GrownTree>,
  size: number,
  signed: SignedCheckpoint,
  by: string,
): Work<void> =>
  signed.checkpoint.size > size
    ? TE.left({ _tag: 'HistoryShorter', backup: size, signed: signed.checkpoint.size, by })
    : pipe(
        tree(signed.checkpoint.size),
        TE.flatMap(({ root }) =>
          equalBytes(root, signed.checkpoint.root)
            ? TE.right(undefined)
            : TE.left<RestoreFault>({ _tag: 'HistoryDiffers', size: signed.checkpoint.size }),
        ),
      );

const prove = (
  folder: DataFolder,
  files: LedgerFiles,
  options: RestoreOptions,
  size: number,
): Work<ReadonlyArray<string>> => {
  const store = files.store.events;
  const record = createFileCheckpointRecord(folder.logRecord);
  const tree = (upTo: number): Work<GrownTree> =>
    pipe(
      growInMemory(store, upTo),
      TE.mapLeft(({ _tag }) => unreadable(`holds a ledger that can not be read (${_tag})`)),
    );
  return pipe(
    loadKeyring({ ...entryEngines, store }, files.publicKeys.authority.kid),
    TE.mapLeft(({ _tag }) => unreadable(`holds keys that can not be read (${_tag})`)),
    TE.bindTo('keyring'),
    TE.bind('last', () =>
      pipe(
        record.read(),
        TE.mapLeft(() => unreadable('holds no readable record')),
      ),
    ),
    TE.bind('given', ({ keyring }) =>
      options.checkpoint === undefined
        ? TE.right(undefined)
        : TE.fromEither(checkpointIn(files, keyring, options.checkpoint)),
    ),
    TE.bind('own', ({ keyring, last }) =>
      last === undefined ? TE.right(undefined) : TE.fromEither(checkpointIn(files, keyring, last)),
    ),
    TE.tap(({ own }) => (own === undefined ? TE.right(undefined) : holds(tree, size, own, 'the record'))),
    TE.tap(({ given }) => (given === undefined ? TE.right(undefined) : holds(tree, size, given, 'the checkpoint'))),
    TE.bind('asked', ({ own, given }) => {
      const newest = (given?.checkpoint.size ?? -1) > (own?.checkpoint.size ?? -1) ? given : own;
      const { policy } = options;
      return policy === undefined || newest === undefined
        ? TE.right({ proved: [], unreachable: [], ahead: undefined })
        : pipe(
            tree(size),
            TE.flatMap(({ prove: proof }) => TE.fromTask(largestKnown(policy, newest, proof))),
          );
    }),
    TE.tap(({ asked: { ahead } }) =>
      ahead === undefined
        ? TE.right(undefined)
        : TE.left<RestoreFault>({ _tag: 'HistoryShorter', backup: size, signed: ahead.size, by: ahead.witness }),
    ),
    // The record goes forward to what was signed last: nothing smaller is ever signed again.
    TE.tap(({ own, given, last }) =>
      given !== undefined && given.checkpoint.size > (own?.checkpoint.size ?? -1)
        ? pipe(
            record.compareAndSwap(last, given.bytes),
            TE.mapLeft(() => unreadable('takes no record')),
          )
        : TE.right(undefined),
    ),
    TE.flatMap(({ given, asked }) => {
      const proved = [...(given === undefined ? [] : ['checkpoint']), ...asked.proved];
      return proved.length > 0 || options.forReading
        ? TE.right(proved)
        : TE.left<RestoreFault>({ _tag: 'ContinuityUnproven', unreachable: asked.unreachable });
    }),
  );
};

const withoutSecrets = (folder: DataFolder): Work<void> =>
  TE.tryCatch(
    async () => {
      const file = await readKeyFile(folder.keys);
      if (E.isLeft(file)) throw new Error(file.left._tag);
      await rm(folder.keys);
      await createFile(folder.keys, textOf({ ...file.right, sealed: null }));
    },
    () => unreadable('holds no readable key file'),
  );

const restoreInto = (options: RestoreOptions, manifest: Manifest): Work<Restored> => {
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
            TE.bind('provedBy', ({ size }) => prove(folder, files, options, size)),
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
