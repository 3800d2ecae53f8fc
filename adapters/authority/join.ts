import { existsSync, readdirSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type FileFault, makePrivateFolder } from '../access/private-files.js';
import { openKeyStore } from '../key-store/key-store.js';
import { readIdentity } from './authority-identity.js';
import { dataFolder } from './data-folder.js';
import type { OpenError } from './open-error.js';
import { openLedgerFiles, readerOf } from './open-ledger.js';
import { type StoreChoice, writeStoreChoice } from './store-file.js';

export interface JoinOptions {
  readonly dir: string;
  readonly store: StoreChoice;
  /** The key file that was made for this node, and the passphrase that opens it. */
  readonly keys: string;
  readonly passphrase: string;
}

export interface Joined {
  readonly name: string;
  /** Key id of the authority key. */
  readonly kid: string;
  /** How many entries the ledger holds. */
  readonly size: number;
}

const copyPrivate = (from: string, to: string): TE.TaskEither<FileFault, void> =>
  TE.tryCatch(
    () => copyFile(from, to),
    (): FileFault => ({ _tag: 'FileFault', file: from, rule: 'can not be copied' }),
  );

const isEmptyFolder = (dir: string): boolean => !existsSync(dir) || readdirSync(dir).length === 0;

/** The ledger must be the one whose authority key the key file names: what is not checked here could be another's. */
const follow = (dir: string): TE.TaskEither<OpenError, Joined> => {
  const folder = dataFolder(dir);
  return TE.bracket(
    openLedgerFiles(folder),
    (files) =>
      pipe(
        readerOf(files),
        TE.flatMap((reader) => readIdentity(reader, dir)),
        TE.bindTo('identity'),
        TE.bindW('size', () => files.store.events.size()),
        TE.map(({ identity, size }) => ({ name: identity.name, kid: identity.kid, size })),
      ),
    ({ store }) => TE.fromTask(store.close),
  );
};

/** Makes the data folder of one more node of an authority whose ledger is in a cluster. */
export const joinCluster = (options: JoinOptions): TE.TaskEither<OpenError, Joined> => {
  const folder = dataFolder(options.dir);
  if (!isEmptyFolder(folder.root)) return TE.left({ _tag: 'FolderNotEmpty', dir: folder.root });
  const { passphrase } = options;
  return pipe(
    openKeyStore(options.keys, passphrase),
    TE.mapLeft((fault): OpenError => fault),
    TE.flatMap(() => makePrivateFolder(folder.root)),
    TE.flatMap(() => copyPrivate(options.keys, folder.keys)),
    TE.flatMap(() => writeStoreChoice(folder.store, options.store)),
    TE.flatMap(() => follow(options.dir)),
  );
};
