import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { concat, equalBytes } from '../../domain/encoding/bytes.js';
import { leafBytes } from '../../domain/ledger/leaf.js';
import { verifyConsistency } from '../../domain/ledger/merkle-proof.js';
import type { Hashing, StoreError, VerifyEd25519 } from '../../domain/ports.js';
import { type Checkpoint, openCheckpoint } from '../../domain/transparency/checkpoint.js';
import { decodeEntryBundle } from '../../domain/transparency/entry-bundle.js';
import type { PlaceUnavailable, Resource, TileStorage } from '../../domain/transparency/ports.js';
import { CHECKPOINT_PATH } from '../../domain/transparency/read-signed.js';
import { newEntryBundles, newHashTiles, type Tile, tilePath } from '../../domain/transparency/tile.js';
import type { VerifierKey } from '../../domain/transparency/verifier-key.js';
import type { TransparencyLog } from './transparency-log.js';

export type ExportFault =
  | PlaceUnavailable
  | StoreError
  | { readonly _tag: 'NothingPublished' }
  /** The log lacks a tile that its checkpoint promises, or a bundle holds entries that the tree does not have. */
  | { readonly _tag: 'ResourceDamaged'; readonly path: string }
  /** The folder holds another log, or more of this one than was published: nothing was written. */
  | { readonly _tag: 'ForeignFolder'; readonly rule: string };

export interface ExportOptions {
  readonly log: Pick<TransparencyLog, 'published' | 'resource' | 'proveConsistency'>;
  readonly hashing: Hashing;
  readonly verifyEd25519: VerifyEd25519;
  /** The log's keys, to know an earlier export by. */
  readonly keys: ReadonlyArray<VerifierKey>;
  readonly target: TileStorage;
  /** Entries name hosts and people: hash tiles and checkpoints alone show nothing of them. */
  readonly entries: boolean;
  readonly progress?: (done: number, all: number) => void;
}

export interface Exported {
  readonly size: number;
  readonly written: number;
}

const AT_ONCE = 32;

const foreign = (rule: string): TE.TaskEither<ExportFault, never> => TE.left({ _tag: 'ForeignFolder', rule });

const continues = (
  options: ExportOptions,
  there: Checkpoint,
  checkpoint: Checkpoint,
): TE.TaskEither<ExportFault, number> =>
  pipe(
    options.log.proveConsistency(there.size, checkpoint.size),
    TE.mapLeft(
      (fault): ExportFault => (fault._tag === 'PlaceUnavailable' ? fault : { _tag: 'ResourceDamaged', path: 'tile' }),
    ),
    TE.flatMap((proof) =>
      verifyConsistency(options.hashing, there, checkpoint, proof)
        ? TE.right(there.size)
        : foreign('holds another history of this log'),
    ),
  );

const sizeThere = (options: ExportOptions, checkpoint: Checkpoint): TE.TaskEither<ExportFault, number> =>
  pipe(
    options.target.read(CHECKPOINT_PATH),
    TE.mapLeft((fault): ExportFault => fault),
    TE.flatMap((bytes) => {
      if (bytes === undefined) return TE.right(0);
      const opened = openCheckpoint(options.verifyEd25519, options.keys, bytes);
      const there = E.isRight(opened) ? opened.right.checkpoint : undefined;
      if (there?.origin !== checkpoint.origin) return foreign('holds a checkpoint of another log');
      return there.size > checkpoint.size
        ? foreign('holds more than this log has published')
        : continues(options, there, checkpoint);
    }),
  );

const fetchResource = (options: ExportOptions, tile: Tile): TE.TaskEither<ExportFault, Resource> => {
  const path = tilePath(tile);
  return pipe(
    options.log.resource(path),
    TE.mapLeft((fault): ExportFault => fault),
    TE.flatMap(
      (bytes): TE.TaskEither<ExportFault, Resource> =>
        bytes === undefined ? TE.left({ _tag: 'ResourceDamaged', path }) : TE.right({ path, bytes }),
    ),
  );
};

/** What is handed out is what was signed: each bundle must hash to the tile beside it. */
const fetchBundle = (options: ExportOptions, tile: Tile): TE.TaskEither<ExportFault, Resource> =>
  pipe(
    TE.Do,
    TE.bind('bundle', () => fetchResource(options, tile)),
    TE.bind('hashes', () => fetchResource(options, { ...tile, level: 0 })),
    TE.flatMap(({ bundle, hashes }): TE.TaskEither<ExportFault, Resource> => {
      const entries = decodeEntryBundle(bundle.bytes, tile.width);
      const leaves = E.isLeft(entries) ? [] : entries.right.map((entry) => leafBytes(options.hashing, entry));
      return equalBytes(concat(...leaves), hashes.bytes)
        ? TE.right(bundle)
        : TE.left({ _tag: 'ResourceDamaged', path: bundle.path });
    }),
  );

const writeTiles = (options: ExportOptions, tiles: ReadonlyArray<Tile>): TE.TaskEither<ExportFault, number> => {
  const chunks = Array.from({ length: Math.ceil(tiles.length / AT_ONCE) }, (_, i) =>
    tiles.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );
  return pipe(
    [...chunks.entries()],
    TE.traverseSeqArray(([i, chunk]) =>
      pipe(
        chunk,
        TE.traverseSeqArray((tile) =>
          tile.level === 'entries' ? fetchBundle(options, tile) : fetchResource(options, tile),
        ),
        TE.flatMap((resources): TE.TaskEither<ExportFault, void> => options.target.write(resources)),
        TE.map(() => options.progress?.(i * AT_ONCE + chunk.length, tiles.length)),
      ),
    ),
    TE.map(() => tiles.length),
  );
};

/**
 * Writes what an earlier export of the same folder does not have; the checkpoint comes last, so that whoever reads it
 * finds everything that it promises. Safe to repeat after any failure.
 */
export const exportTiles = (options: ExportOptions): TE.TaskEither<ExportFault, Exported> => {
  const published = options.log.published();
  if (published === undefined) return TE.left({ _tag: 'NothingPublished' });
  const { size } = published.checkpoint;
  return pipe(
    sizeThere(options, published.checkpoint),
    TE.flatMap((from) =>
      writeTiles(options, [...newHashTiles(from, size), ...(options.entries ? newEntryBundles(from, size) : [])]),
    ),
    TE.flatMap((written) =>
      pipe(
        options.target.write([{ path: CHECKPOINT_PATH, bytes: published.bytes }]),
        TE.bimap(
          (fault): ExportFault => fault,
          () => ({ size, written }),
        ),
      ),
    ),
  );
};
