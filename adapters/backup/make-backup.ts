import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toBase64 } from '../../domain/encoding/bytes.js';
import type { EventSigner } from '../../domain/ports.js';
import { type DataFolder, dataFolder } from '../authority/data-folder.js';
import { openDatabase } from '../event-store/sqlite/database.js';
import { headFileOf } from '../event-store/sqlite/head-file.js';
import { createFile } from '../files/durable-file.js';
import { readKeyFile } from '../key-store/key-file.js';
import { type KeyStore, textOf } from '../key-store/key-store.js';
import { copyIfThere, describeFile, filesIn, settleFile, syncFolder } from './backup-files.js';
import { MANIFEST, type Manifest, manifestInput } from './manifest.js';

export type BackupFault =
  | { readonly _tag: 'BackupTargetNotEmpty'; readonly folder: string }
  /** The ledger is in a cluster, which has backups of its own, or was moved to another folder. */
  | { readonly _tag: 'LedgerElsewhere'; readonly rule: string }
  | { readonly _tag: 'BackupFailed'; readonly detail: string }
  | { readonly _tag: 'SignerUnavailable'; readonly detail: string };

export interface BackupOptions {
  readonly dir: string;
  readonly target: string;
  readonly keys: KeyStore;
  /** Put the key file in, sealed as it is. Without it the copy can be read and checked, and signs nothing. */
  readonly withKeys: boolean;
  readonly at: string;
}

const isEmpty = async (folder: string): Promise<boolean> => (await readdir(folder).catch(() => [])).length === 0;

/** One consistent moment of the ledger, while others go on writing to it (SQLite: VACUUM INTO reads in one transaction). */
const copyLedger = async (from: string, to: string): Promise<void> => {
  const database = openDatabase(from);
  try {
    await database.exec(`VACUUM INTO '${to.replaceAll("'", "''")}'`);
  } finally {
    database.close();
  }
  await settleFile(to);
};

const copyKeys = async (from: DataFolder, to: DataFolder, withKeys: boolean): Promise<void> => {
  if (withKeys) return copyIfThere(from.keys, to.keys);
  const file = await readKeyFile(from.keys);
  if (E.isLeft(file)) throw new Error(file.left._tag);
  return createFile(to.keys, textOf({ ...file.right, sealed: null }));
};

/** What says how far the ledger was goes first: the copy then holds at least that much. */
const copyAll = async (from: DataFolder, to: DataFolder, withKeys: boolean): Promise<void> => {
  await mkdir(to.root, { recursive: true, mode: 0o700 });
  await copyIfThere(from.logPolicy, to.logPolicy);
  await copyIfThere(from.logCosigned, to.logCosigned);
  const names = await readdir(from.logRecord).catch(() => []);
  for (const name of names.filter((each) => /^checkpoint\.\d{12}$/.test(each)))
    await copyIfThere(join(from.logRecord, name), join(to.logRecord, name));
  await copyIfThere(headFileOf(from.ledger), headFileOf(to.ledger));
  await copyLedger(from.ledger, to.ledger);
  await copyKeys(from, to, withKeys);
  await copyIfThere(from.tokens, to.tokens);
};

const failed = (error: unknown): BackupFault => ({
  _tag: 'BackupFailed',
  detail: error instanceof Error && 'code' in error ? String(error.code) : 'a file could not be copied',
});

const signed = (
  { keys, withKeys, at }: BackupOptions,
  signer: EventSigner,
  files: Manifest['files'],
): TE.TaskEither<BackupFault, Manifest> => {
  const said = { v: 1, authority: keys.publicKeys.authority.kid, at, keys: withKeys, files, kid: signer.kid } as const;
  return pipe(
    signer.sign(manifestInput(said)),
    TE.bimap(
      (fault): BackupFault => fault,
      (sig) => ({ ...said, sig: toBase64(sig) }),
    ),
  );
};

/** A copy of this folder would be a copy without its ledger, or of one that goes on elsewhere. */
const elsewhere = ({ store, moved }: DataFolder): string | undefined => {
  if (existsSync(moved)) return 'was moved to another folder: back that up';
  return existsSync(store) ? 'is in EventStoreDB: back up the cluster, and keep keys.json and vault.json' : undefined;
};

/** Copies an authority's folder, whether or not it serves, into an empty one. A crash leaves a folder without a manifest. */
export const makeBackup = (options: BackupOptions): TE.TaskEither<BackupFault, Manifest> => {
  const { dir, target, keys, withKeys } = options;
  const [from, to] = [dataFolder(dir), dataFolder(target)];
  const rule = elsewhere(from);
  if (rule !== undefined) return TE.left({ _tag: 'LedgerElsewhere', rule });
  return pipe(
    TE.tryCatch(() => isEmpty(target), failed),
    TE.filterOrElse(
      (empty) => empty,
      (): BackupFault => ({ _tag: 'BackupTargetNotEmpty', folder: target }),
    ),
    TE.flatMap(() => TE.tryCatch(() => copyAll(from, to, withKeys), failed)),
    TE.flatMap(() =>
      TE.tryCatch(async () => {
        const names = await filesIn(target);
        return Promise.all(names.map((name) => describeFile(target, name)));
      }, failed),
    ),
    TE.flatMap((files) => signed(options, keys.signer('event'), files)),
    TE.tap((manifest) =>
      TE.tryCatch(async () => {
        await createFile(join(target, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
        await syncFolder(target);
      }, failed),
    ),
  );
};
