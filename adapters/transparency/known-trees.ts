import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import { toHex } from '../../domain/encoding/bytes.js';
import type { KnownTree } from '../../domain/ledger/audit.js';
import { openCheckpoint } from '../../domain/transparency/checkpoint.js';
import type { PlaceUnavailable } from '../../domain/transparency/ports.js';
import { CHECKPOINT_PATH } from '../../domain/transparency/read-signed.js';
import type { SigningEngines } from '../../domain/transparency/sign-note.js';
import type { VerifierKey } from '../../domain/transparency/verifier-key.js';
import type { WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { openWitnessed, type WitnessedTree } from '../../domain/transparency/witnessed-tree.js';
import { type CosignedCheckpoints, readCosigned } from './cosigned-file.js';
import { createFileCheckpointRecord } from './file-checkpoint-record.js';
import { createFolderTileStorage } from './folder-tile-storage.js';

export type TreeFinding =
  /** It is not signed with the log's key, or can't be read. */
  | { readonly _tag: 'CheckpointUnreadable'; readonly which: KnownTree['which']; readonly rule: string }
  | { readonly _tag: 'RecordMissing'; readonly published: number }
  | { readonly _tag: 'RecordRolledBack'; readonly record: number; readonly published: number };

interface FoundTrees {
  readonly trees: ReadonlyArray<KnownTree>;
  readonly faults: ReadonlyArray<TreeFinding>;
}

export interface KnownTrees extends FoundTrees {
  /** Those that the quorum of the policy cosigned, oldest first. */
  readonly witnessed: ReadonlyArray<WitnessedTree>;
}

export interface LogPlaces {
  readonly record: string;
  readonly tiles: string;
  /** Older checkpoints that witnesses cosigned. */
  readonly cosigned: string;
  readonly keys: T.Task<ReadonlyArray<VerifierKey>>;
  /** Whose cosignatures count; undefined: nobody's. */
  readonly policy: T.Task<WitnessPolicy | undefined>;
}

const openTree = (
  { verifyEd25519 }: SigningEngines,
  keys: ReadonlyArray<VerifierKey>,
  which: KnownTree['which'],
  read: E.Either<PlaceUnavailable, Uint8Array | undefined>,
): FoundTrees => {
  const unreadable = (rule: string): FoundTrees => ({
    trees: [],
    faults: [{ _tag: 'CheckpointUnreadable', which, rule }],
  });
  if (E.isLeft(read)) return unreadable(read.left.detail);
  if (read.right === undefined) return { trees: [], faults: [] };
  const opened = openCheckpoint(verifyEd25519, keys, read.right);
  if (E.isLeft(opened)) {
    const { left } = opened;
    return unreadable(left._tag === 'Malformed' ? `${left.field} ${left.rule}` : left._tag);
  }
  const { origin, size, root } = opened.right.checkpoint;
  return keys.some(({ name }) => name === origin)
    ? { trees: [{ which, size, root: toHex(root) }], faults: [] }
    : unreadable('must be of this log');
};

/** What was published must not be more than the record knows: else an old record was put back. */
const behind = ([signed]: KnownTrees['trees'], [published]: KnownTrees['trees']): ReadonlyArray<TreeFinding> => {
  if (published === undefined) return [];
  if (signed === undefined) return [{ _tag: 'RecordMissing', published: published.size }];
  return signed.size < published.size
    ? [{ _tag: 'RecordRolledBack', record: signed.size, published: published.size }]
    : [];
};

/** Those that were kept: all of them must be of this log, and what is none is told once. */
const keptTrees = (
  engines: SigningEngines,
  keys: ReadonlyArray<VerifierKey>,
  kept: E.Either<PlaceUnavailable, CosignedCheckpoints>,
): FoundTrees => {
  if (E.isLeft(kept)) return openTree(engines, keys, 'cosigned', kept);
  const found = kept.right.map((bytes) => openTree(engines, keys, 'cosigned', E.right(bytes ?? new Uint8Array())));
  return { trees: found.flatMap(({ trees }) => trees), faults: found.flatMap(({ faults }) => faults).slice(0, 1) };
};

const witnessedTrees = (
  { verifyEd25519 }: SigningEngines,
  keys: ReadonlyArray<VerifierKey>,
  policy: WitnessPolicy | undefined,
  checkpoints: CosignedCheckpoints,
): ReadonlyArray<WitnessedTree> => {
  if (policy === undefined) return [];
  const trusted = { ...policy, logs: keys.map((key) => ({ key, url: undefined })) };
  return checkpoints.flatMap((bytes) => {
    const tree = bytes === undefined ? undefined : openWitnessed(verifyEd25519, trusted, bytes);
    return tree !== undefined && E.isRight(tree) && tree.right !== undefined ? [tree.right] : [];
  });
};

/** The trees that a log signed, by its record, by what it published and by what was kept, each with its signature checked. */
export const knownTrees = (engines: SigningEngines, places: LogPlaces): T.Task<KnownTrees> =>
  pipe(
    T.Do,
    T.bind('keys', () => places.keys),
    T.bind('policy', () => places.policy),
    T.bind('record', () => createFileCheckpointRecord(places.record).read()),
    T.bind('checkpoint', () => createFolderTileStorage(places.tiles).read(CHECKPOINT_PATH)),
    T.bind('cosigned', () => readCosigned(places.cosigned)),
    T.map(({ keys, policy, record, checkpoint, cosigned }) => {
      const signed = openTree(engines, keys, 'signed', record);
      const published = openTree(engines, keys, 'published', checkpoint);
      const kept = keptTrees(engines, keys, cosigned);
      const sound = signed.faults.length === 0;
      const checkpoints = [
        ...(E.isRight(cosigned) ? cosigned.right : []),
        ...(E.isRight(checkpoint) ? [checkpoint.right] : []),
      ];
      return {
        trees: [...signed.trees, ...published.trees, ...kept.trees],
        faults: [
          ...signed.faults,
          ...published.faults,
          ...(sound ? behind(signed.trees, published.trees) : []),
          ...kept.faults,
        ],
        witnessed: witnessedTrees(engines, keys, policy, checkpoints),
      };
    }),
  );
