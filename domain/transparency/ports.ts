import type * as TE from 'fp-ts/lib/TaskEither.js';

/** The place can't be read or written; nothing is known of what was under way. */
export interface PlaceUnavailable {
  readonly _tag: 'PlaceUnavailable';
  readonly where: string;
  readonly detail: string;
}

/** Somebody else wrote the record meanwhile: there is a second instance, or there was one. */
export interface RecordConflict {
  readonly _tag: 'RecordConflict';
  readonly where: string;
}

/**
 * The last checkpoint that was signed, apart from the store and from what is served, so that a restored backup can't sign
 * a fork. MUST be durable when `compareAndSwap` succeeds, and MUST succeed for one of several writers only.
 */
export interface CheckpointRecord {
  readonly read: () => TE.TaskEither<PlaceUnavailable, Uint8Array | undefined>;
  /** Writes `next` if the record still is what `expected` was read as. */
  readonly compareAndSwap: (
    expected: Uint8Array | undefined,
    next: Uint8Array,
  ) => TE.TaskEither<PlaceUnavailable | RecordConflict, void>;
}

export interface Resource {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * What is served of the log, by path: `checkpoint`, `tile/...`. All of it can be computed from the store again, so nothing
 * here is trusted: what is read is checked against a signed root.
 */
export interface TileStorage {
  readonly read: (path: string) => TE.TaskEither<PlaceUnavailable, Uint8Array | undefined>;
  /** Durable when it ends; each resource appears whole or not at all. */
  readonly write: (resources: ReadonlyArray<Resource>) => TE.TaskEither<PlaceUnavailable, void>;
  /** Forgets resources; those that are not there are no fault. */
  readonly remove: (paths: ReadonlyArray<string>) => TE.TaskEither<PlaceUnavailable, void>;
}
