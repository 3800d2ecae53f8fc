import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { EventStore, EvidenceStore, StoredEntry, StoreError } from '../../domain/ports.js';
import type { CheckpointRecord, TileStorage } from '../../domain/transparency/ports.js';
import type { CopyFault } from './copy-fault.js';

/** A place that a ledger is copied from or to, open for this process alone. */
export interface CopyPlace {
  /** For people; holds no password. */
  readonly name: string;
  /** Nobody else can write here while it is open. */
  readonly alone: boolean;
  readonly events: EventStore;
  readonly evidence: EvidenceStore;
  /** Tells every blob's digest, one after another; the first Left ends it. Called again, it tells those that came since. */
  readonly eachBlob: (take: (sha256: string) => TE.TaskEither<CopyFault, void>) => TE.TaskEither<CopyFault, void>;
  /** Puts entries behind what is there, at the indexes that they have. Those that are there already change nothing. */
  readonly append: (entries: ReadonlyArray<StoredEntry>) => TE.TaskEither<CopyFault, void>;
  /** What was appended can be read. */
  readonly caughtUp: TE.TaskEither<StoreError, void>;
  readonly check: TE.TaskEither<StoreError, true>;
  readonly record: CheckpointRecord;
  /** Where the published checkpoint is. */
  readonly published: Pick<TileStorage, 'read' | 'write'>;
  /** Where the ledger went from here; undefined: it is here. */
  readonly movedTo: TE.TaskEither<CopyFault, string | undefined>;
  /** Ends the ledger here, for every process that ever opens it. Until then others may write, where the place lets them. */
  readonly end: (target: string) => TE.TaskEither<CopyFault, void>;
  readonly close: () => Promise<void>;
}
