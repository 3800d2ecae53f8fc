import type * as TE from 'fp-ts/lib/TaskEither.js';
import { entryEngines } from '../../adapters/crypto/engines.js';
import { createFileCheckpointRecord } from '../../adapters/transparency/file-checkpoint-record.js';
import { createFolderTileStorage } from '../../adapters/transparency/folder-tile-storage.js';
import { openTransparencyLog, type TransparencyLog } from '../../adapters/transparency/transparency-log.js';
import type { EventStore } from '../../domain/ports.js';
import type { LogFault } from '../../domain/transparency/log-state.js';
import { noteSigner } from './note-signers.js';

/** A log in files beside its ledger, with a key that repeats. Sealed when asked, not by time. */
export const openTestLog = (folder: string, store: EventStore): TE.TaskEither<LogFault, TransparencyLog> =>
  openTransparencyLog({
    engines: {
      hashing: entryEngines.hashing,
      verifyEd25519: entryEngines.verifyEd25519,
      store,
      record: createFileCheckpointRecord(`${folder}/log/record`),
      tiles: createFolderTileStorage(`${folder}/log/tiles`),
      origin: 'ledger.example/crash',
      signers: () => [noteSigner('ledger.example/crash', 51)],
      formerKeys: () => [],
    },
    sealAfterMillis: 60_000,
    retryAfterMillis: 60_000,
  });
