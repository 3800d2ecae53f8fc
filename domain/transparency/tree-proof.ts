import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { rootOf } from '../ledger/merkle.js';
import type { Hashing } from '../ports.js';
import { consistencySteps, inclusionSteps, type ProofStep, type TreeNode } from './proof-nodes.js';
import { sharedSteps } from './shared-proof.js';
import { TILE_WIDTH, type Tile, tilePath } from './tile.js';
import { type Hashes, splitHashes, subtreeHash } from './tile-edge.js';
import { HASH_BYTES } from './tlog-text.js';

const TILE_HEIGHT = 8;

export type ProofFault<F> =
  | F
  /** A tile that a tree of this size has is not there or has another size. */
  | { readonly _tag: 'TileMissing'; readonly path: string }
  | { readonly _tag: 'BeyondTree'; readonly asked: number; readonly size: number };

/** Hashes of a tile, at least as many as its width; undefined when there is no such tile. */
export type ReadTile<F> = (tile: Tile) => TE.TaskEither<F, Uint8Array | undefined>;

/** Where a node's hashes stand: `count` hashes of one tile, from `first` on. */
interface Place {
  readonly tile: Tile;
  readonly first: number;
  readonly count: number;
}

const placeOf = (size: number, { height, index }: TreeNode): Place => {
  const level = Math.floor(height / TILE_HEIGHT);
  const count = 2 ** (height % TILE_HEIGHT);
  const at = index * count;
  const tileIndex = Math.floor(at / TILE_WIDTH);
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  const width = Math.min(TILE_WIDTH, hashes - tileIndex * TILE_WIDTH);
  return { tile: { level, index: tileIndex, width }, first: at % TILE_WIDTH, count };
};

const readTiles = <F>(
  read: ReadTile<F>,
  tiles: ReadonlyMap<string, Tile>,
): TE.TaskEither<ProofFault<F>, ReadonlyMap<string, Hashes>> =>
  pipe(
    [...tiles],
    TE.traverseArray(([path, tile]) =>
      pipe(
        read(tile),
        TE.mapLeft((fault): ProofFault<F> => fault),
        TE.flatMap(
          (bytes): TE.TaskEither<ProofFault<F>, readonly [string, Hashes]> =>
            bytes === undefined || bytes.length < tile.width * HASH_BYTES
              ? TE.left({ _tag: 'TileMissing', path })
              : TE.right([path, splitHashes(bytes)]),
        ),
      ),
    ),
    TE.map((pairs) => new Map(pairs)),
  );

/** The hashes of a proof, from the few tiles that hold them. Nothing vouches for tiles: verify the proof before use. */
const hashesOf = <F>(
  hashing: Hashing,
  read: ReadTile<F>,
  size: number,
  steps: ReadonlyArray<ProofStep>,
): TE.TaskEither<ProofFault<F>, Hashes> => {
  const tiles = new Map(
    steps.flatMap((nodes) => nodes.map((node) => placeOf(size, node).tile)).map((tile) => [tilePath(tile), tile]),
  );
  return pipe(
    readTiles(read, tiles),
    TE.map((hashes) =>
      steps.map((nodes) => {
        const roots = nodes.map((node) => {
          const { tile, first, count } = placeOf(size, node);
          return subtreeHash(hashing, (hashes.get(tilePath(tile)) ?? []).slice(first, first + count));
        });
        return rootOf(hashing, { size, roots });
      }),
    ),
  );
};

/** Audit path of entry `index` in the tree of `size`, its sibling first (RFC 6962, 2.1.1). */
export const inclusionFromTiles = <F>(
  hashing: Hashing,
  read: ReadTile<F>,
  index: number,
  size: number,
): TE.TaskEither<ProofFault<F>, Hashes> =>
  index < 0 || index >= size
    ? TE.left({ _tag: 'BeyondTree', asked: index, size })
    : hashesOf(hashing, read, size, inclusionSteps(index, size));

/** How the tree of `size` continues that of `older` leaves (RFC 6962, 2.1.2). */
export const consistencyFromTiles = <F>(
  hashing: Hashing,
  read: ReadTile<F>,
  older: number,
  size: number,
): TE.TaskEither<ProofFault<F>, Hashes> =>
  older < 0 || older > size
    ? TE.left({ _tag: 'BeyondTree', asked: older, size })
    : hashesOf(hashing, read, size, consistencySteps(older, size));

/** One proof for all of `indexes` (ascending, without repetition), in which no node stands twice. */
export const sharedFromTiles = <F>(
  hashing: Hashing,
  read: ReadTile<F>,
  indexes: ReadonlyArray<number>,
  size: number,
): TE.TaskEither<ProofFault<F>, Hashes> => {
  const beyond = indexes.find((index) => index < 0 || index >= size);
  return beyond === undefined
    ? hashesOf(hashing, read, size, sharedSteps(indexes, size))
    : TE.left({ _tag: 'BeyondTree', asked: beyond, size });
};
