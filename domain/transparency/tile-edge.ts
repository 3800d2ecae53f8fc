import { concat } from '../encoding/bytes.js';
import { appendLeaf, emptyFrontier, type Frontier, rootOf } from '../ledger/merkle.js';
import type { Hashing } from '../ports.js';
import { edgeTiles, TILE_WIDTH, type Tile } from './tile.js';
import { HASH_BYTES } from './tlog-text.js';

export type Hashes = ReadonlyArray<Uint8Array>;

/** The right edge of a tree as tiles have it: the hashes of each level's partial tile, level 0 first. */
export interface TileEdge {
  readonly size: number;
  readonly levels: ReadonlyArray<Hashes>;
}

export const emptyEdge: TileEdge = { size: 0, levels: [] };

/** A tile and its bytes, ready to be stored. */
export interface TileBytes {
  readonly tile: Tile;
  readonly bytes: Uint8Array;
}

export const splitHashes = (bytes: Uint8Array): Hashes =>
  Array.from({ length: Math.floor(bytes.length / HASH_BYTES) }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );

/** The perfect subtrees under some hashes of one level, largest first. */
const frontierOver = (hashing: Hashing, hashes: Hashes): Frontier =>
  hashes.reduce((frontier, hash) => appendLeaf(hashing, frontier, hash), emptyFrontier);

/** The Merkle tree hash over a full tile, or any power of two of its hashes: a hash of a level above. */
export const subtreeHash = (hashing: Hashing, hashes: Hashes): Uint8Array =>
  rootOf(hashing, frontierOver(hashing, hashes));

/** The frontier of the tree, from its partial tiles alone; larger subtrees stand in higher tiles. */
export const frontierOfEdge = (hashing: Hashing, { size, levels }: TileEdge): Frontier => ({
  size,
  roots: levels.toReversed().flatMap((hashes) => frontierOver(hashing, hashes).roots),
});

export const rootOfEdge = (hashing: Hashing, edge: TileEdge): Uint8Array =>
  rootOf(hashing, frontierOfEdge(hashing, edge));

/** What changed since the edge was last written: the tiles that became full meanwhile. Mutated only inside `growEdge`. */
interface Growth {
  readonly levels: Array<Array<Uint8Array>>;
  readonly full: Array<TileBytes>;
}

const push = (hashing: Hashing, growth: Growth, index: number, leaf: Uint8Array): void => {
  let hash = leaf;
  for (let level = 0, at = index; ; level++, at = Math.floor(at / TILE_WIDTH)) {
    const hashes = (growth.levels[level] ??= []);
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    const tile = { level, index: Math.floor(at / TILE_WIDTH), width: TILE_WIDTH };
    growth.full.push({ tile, bytes: concat(...hashes) });
    hash = subtreeHash(hashing, hashes);
    growth.levels[level] = [];
  }
};

/** Appends leaves. `tiles` are those that became full on the way; partial ones are `partialTiles` of the new edge. */
export const growEdge = (
  hashing: Hashing,
  edge: TileEdge,
  leaves: Hashes,
): { readonly edge: TileEdge; readonly full: ReadonlyArray<TileBytes> } => {
  const growth: Growth = { levels: edge.levels.map((hashes) => [...hashes]), full: [] };
  leaves.forEach((leaf, i) => push(hashing, growth, edge.size + i, leaf));
  return { edge: { size: edge.size + leaves.length, levels: growth.levels }, full: growth.full };
};

/** The partial tiles that a tree of exactly this size has. */
export const partialTiles = ({ size, levels }: TileEdge): ReadonlyArray<TileBytes> =>
  edgeTiles(size).map((tile) => ({ tile, bytes: concat(...(levels[tile.level] ?? [])) }));
