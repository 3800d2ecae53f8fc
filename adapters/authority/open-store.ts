import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { EventStore, EvidenceStore, StoreError } from '../../domain/ports.js';
import { type KurrentLedger, openKurrentLedger } from '../event-store/kurrent/open-kurrent-ledger.js';
import { openSqliteLedger } from '../event-store/sqlite/open-sqlite-ledger.js';
import type { DataFolder } from './data-folder.js';
import type { StoreChoice } from './store-file.js';

/** A ledger, wherever it is kept. */
export interface Ledger {
  readonly events: EventStore;
  readonly evidence: EvidenceStore;
  /** What opening is too quick for: every page of the file, or every event of the cluster. */
  readonly check: TE.TaskEither<StoreError, true>;
  /** Undefined: in the data folder, which one process has for itself. */
  readonly cluster: KurrentLedger | undefined;
  /** Waits for what is under way, then gives free what was opened. */
  readonly close: () => Promise<void>;
}

/** Opens the store, or makes it. `onFault` is told when a cluster turns out, later, to be none that may be used. */
export const openStore = (
  folder: DataFolder,
  choice: StoreChoice | undefined,
  onFault: (fault: StoreError) => void = () => undefined,
): TE.TaskEither<StoreError, Ledger> =>
  choice === undefined
    ? pipe(
        openSqliteLedger(folder.ledger),
        TE.map((sqlite): Ledger => ({ ...sqlite, cluster: undefined })),
      )
    : pipe(
        openKurrentLedger({ ...choice, replica: folder.replica, positionFile: folder.replicaPosition, onFault }),
        TE.map((cluster): Ledger => {
          const { events, evidence, check, close } = cluster;
          return { events, evidence, check, close, cluster };
        }),
      );
