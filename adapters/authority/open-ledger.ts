import { existsSync } from 'node:fs';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Head } from '../../domain/ledger/head.js';
import type { Keyring } from '../../domain/ledger/keyring.js';
import type { LedgerReader } from '../../domain/ledger/ledger.js';
import { loadKeyring } from '../../domain/ledger/load-keyring.js';
import type { StoreError } from '../../domain/ports.js';
import { entryEngines } from '../crypto/engines.js';
import { headFileOf, readHead } from '../event-store/sqlite/head-file.js';
import type { PublicKeys } from '../key-store/key-file.js';
import { readPublicKeys } from '../key-store/key-store.js';
import type { DataFolder } from './data-folder.js';
import type { OpenError } from './open-error.js';
import { type Ledger, openStore } from './open-store.js';
import { readStoreChoice, type StoreChoice } from './store-file.js';

/** A ledger's files without anything secret: enough to check all of it. */
export interface LedgerFiles {
  readonly store: Ledger;
  readonly publicKeys: PublicKeys;
  /** As it was read; nothing vouches for it before it was verified. */
  readonly head: Head | undefined;
  readonly headFile: string;
}

const isFounded = (folder: DataFolder, choice: StoreChoice | undefined): boolean =>
  existsSync(folder.keys) && (choice !== undefined || existsSync(folder.ledger));

/** Left also for a folder without a ledger, or with half of one: opening must never make one. */
export const openLedgerFiles = (
  folder: DataFolder,
  onFault?: (fault: StoreError) => void,
): TE.TaskEither<OpenError, LedgerFiles> =>
  pipe(
    readStoreChoice(folder.store) as TE.TaskEither<OpenError, StoreChoice | undefined>,
    TE.filterOrElse(
      () => !existsSync(folder.copying),
      (): OpenError => ({ _tag: 'CopyUnfinished', dir: folder.root }),
    ),
    TE.filterOrElse(
      (choice) => isFounded(folder, choice),
      (): OpenError => ({ _tag: 'NotFounded', dir: folder.root }),
    ),
    TE.bindTo('choice'),
    TE.bindW('publicKeys', () => readPublicKeys(folder.keys)),
    TE.let('headFile', () => headFileOf(folder.ledger)),
    TE.bindW('head', ({ headFile }) => readHead(headFile)),
    TE.bindW('store', ({ choice }) => openStore(folder, choice, onFault)),
  );

/** Keys as the ledger itself introduces them, beginning with the authority key that the key file names. */
export const readerOf = ({ store, publicKeys }: LedgerFiles): TE.TaskEither<OpenError, LedgerReader> =>
  pipe(
    loadKeyring({ ...entryEngines, store: store.events }, publicKeys.authority.kid),
    TE.map((keyring: Keyring) => ({ ...entryEngines, store: store.events, keyring: () => keyring })),
  );
