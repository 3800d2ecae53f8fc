import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { EventStore, StoreError } from '../ports.js';
import type { Checkpoint } from './checkpoint.js';
import type { CheckpointRecord, PlaceUnavailable, RecordConflict, TileStorage } from './ports.js';
import type { NoteSigner, SigningEngines, SigningFault } from './sign-note.js';
import type { TileEdge } from './tile-edge.js';
import type { VerifierKey } from './verifier-key.js';

/** A checkpoint that this log signed, as the record holds it. */
export interface SignedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly bytes: Uint8Array;
}

/** How far the log has been sealed; nothing is signed yet where `signed` is undefined. */
export interface LogState {
  readonly edge: TileEdge;
  readonly signed: SignedCheckpoint | undefined;
}

/** What sealing needs. */
export interface LogEngines extends SigningEngines {
  readonly store: Pick<EventStore, 'readAll' | 'size'>;
  readonly record: CheckpointRecord;
  readonly tiles: TileStorage;
  readonly origin: string;
  /** The keys that sign now: each checkpoint carries a signature of every one, so that a new key can follow an old one. */
  readonly signers: () => ReadonlyArray<NoteSigner>;
  /** Brings `signers` up to what the ledger says of keys now. Left out where keys never change. */
  readonly takeUpKeys?: TE.TaskEither<LogFault, void>;
  /** Keys that signed for this origin before: their checkpoints still bind the log. */
  readonly formerKeys: () => ReadonlyArray<VerifierKey>;
}

/** Why nothing may be signed: going on could give the world two histories. */
export type ForkDanger =
  /** The record is no checkpoint of this log's keys. */
  | { readonly _tag: 'RecordUnreadable'; readonly rule: string }
  /** A checkpoint was published, and the record that must name it, or a later one, is gone. */
  | { readonly _tag: 'RecordMissing'; readonly published: number }
  | { readonly _tag: 'RecordRolledBack'; readonly record: number; readonly published: number }
  /** Record and publication name different trees of one size. */
  | { readonly _tag: 'PublishedDiffers'; readonly size: number }
  /** An old copy of the store was put back, or entries were cut off. */
  | { readonly _tag: 'StoreShorter'; readonly signed: number; readonly store: number }
  /** The first `signed` entries are others than those that were signed: another history grew on an old copy. */
  | { readonly _tag: 'StoreDiffers'; readonly signed: number };

export type LogFault = ForkDanger | StoreError | PlaceUnavailable | RecordConflict | SigningFault;

/** Whether trying again may help. All else needs a person: the log stays as it is and signs nothing. */
export const isPassing = (fault: LogFault): boolean =>
  fault._tag === 'StoreUnavailable' || fault._tag === 'PlaceUnavailable' || fault._tag === 'SignerUnavailable';
