import * as TE from 'fp-ts/lib/TaskEither.js';
import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import { leafBytes } from '../../domain/ledger/leaf.js';
import { type Tile, tilePath } from '../../domain/transparency/tile.js';
import { emptyEdge, growEdge, partialTiles, type TileEdge } from '../../domain/transparency/tile-edge.js';

/** Entries and their leaf hashes that repeat. */
export const testEntry = (index: number): Uint8Array => new TextEncoder().encode(`entry ${String(index)}`);
export const testLeaf = (index: number): Uint8Array => leafBytes(nodeHashing, testEntry(index));

export interface TileTree {
  readonly edge: TileEdge;
  /** Full tiles, and the partial ones of exactly this size. */
  readonly tiles: ReadonlyMap<string, Uint8Array>;
  readonly read: (tile: Tile) => TE.TaskEither<never, Uint8Array | undefined>;
}

export const tileTree = (size: number): TileTree => {
  const leaves = Array.from({ length: size }, (_, i) => testLeaf(i));
  const { edge, full } = growEdge(nodeHashing, emptyEdge, leaves);
  const tiles = new Map([...full, ...partialTiles(edge)].map(({ tile, bytes }) => [tilePath(tile), bytes]));
  return { edge, tiles, read: (tile) => TE.right(tiles.get(tilePath(tile))) };
};
