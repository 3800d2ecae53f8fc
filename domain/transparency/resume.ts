import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../encoding/bytes.js';
import { leafBytes } from '../ledger/leaf.js';
import { verifyInclusion } from '../ledger/merkle-proof.js';
import { growTree, resourceOf } from './grow-tree.js';
import type { LogEngines, LogFault, LogState, SignedCheckpoint } from './log-state.js';
import { readSigned } from './read-signed.js';
import { edgeTiles, type Tile, tilePath } from './tile.js';
import { emptyEdge, partialTiles, rootOfEdge, splitHashes, type TileEdge } from './tile-edge.js';
import { HASH_BYTES } from './tlog-text.js';
import { inclusionFromTiles } from './tree-proof.js';

/** The right edge as tile storage has it; undefined when a tile is missing or cut. Nothing vouches for it but the root. */
const readEdge = (engines: LogEngines, size: number): TE.TaskEither<LogFault, TileEdge | undefined> =>
  pipe(
    edgeTiles(size),
    TE.traverseArray((tile) =>
      pipe(
        engines.tiles.read(tilePath(tile)),
        TE.map((bytes) =>
          bytes?.length === tile.width * HASH_BYTES ? { tile, hashes: splitHashes(bytes) } : undefined,
        ),
      ),
    ),
    TE.map((read) => {
      const levels: Array<ReadonlyArray<Uint8Array>> = [];
      for (const part of read) {
        if (part === undefined) return undefined;
        levels[part.tile.level] = part.hashes;
      }
      return { size, levels: Array.from(levels, (hashes: ReadonlyArray<Uint8Array> | undefined) => hashes ?? []) };
    }),
  );

/** The last entry and some before it, ever further back: another history that began anywhere differs in the last one. */
const probes = (size: number): ReadonlyArray<number> => {
  const indexes: Array<number> = [];
  for (let back = 1; back <= size; back *= 2) indexes.push(size - back);
  return indexes;
};

const probe =
  (engines: LogEngines, { size, root }: { readonly size: number; readonly root: Uint8Array }) =>
  (index: number): TE.TaskEither<LogFault, boolean> =>
    pipe(
      engines.store.readAll(index, 1),
      TE.mapLeft((fault): LogFault => fault),
      TE.flatMap(([entry]) => {
        if (entry?.index !== index) return TE.right(false);
        const leaf = leafBytes(engines.hashing, entry.bytes);
        return pipe(
          inclusionFromTiles(engines.hashing, (tile: Tile) => engines.tiles.read(tilePath(tile)), index, size),
          TE.map((proof) => verifyInclusion(engines.hashing, { index, size, leaf, root }, proof)),
          TE.orElse(
            (fault): TE.TaskEither<LogFault, boolean> =>
              fault._tag === 'PlaceUnavailable' ? TE.left(fault) : TE.right(false),
          ),
        );
      }),
    );

const writeNothing = { write: () => TE.right(undefined) };

/**
 * Tiles are derived: the store can make them again. But first the signed root judges the store, so that another history
 * does not overwrite the hashes of the one that was signed.
 */
const rebuild = (engines: LogEngines, signed: SignedCheckpoint): TE.TaskEither<LogFault, LogState> =>
  pipe(
    growTree({ ...engines, tiles: writeNothing }, signed.checkpoint.size)(emptyEdge),
    TE.filterOrElse(
      (edge) => equalBytes(rootOfEdge(engines.hashing, edge), signed.checkpoint.root),
      (): LogFault => ({ _tag: 'StoreDiffers', signed: signed.checkpoint.size }),
    ),
    TE.flatMap(() => growTree(engines, signed.checkpoint.size)(emptyEdge)),
    TE.flatMap((edge) =>
      pipe(
        engines.tiles.write(partialTiles(edge).map(resourceOf)),
        TE.bimap(
          (fault): LogFault => fault,
          () => ({ edge, signed }),
        ),
      ),
    ),
  );

const quickly = (engines: LogEngines, signed: SignedCheckpoint): TE.TaskEither<LogFault, LogState | undefined> =>
  pipe(
    readEdge(engines, signed.checkpoint.size),
    TE.flatMap((edge): TE.TaskEither<LogFault, LogState | undefined> => {
      if (edge === undefined || !equalBytes(rootOfEdge(engines.hashing, edge), signed.checkpoint.root))
        return TE.right(undefined);
      return pipe(
        probes(signed.checkpoint.size),
        TE.traverseSeqArray(probe(engines, signed.checkpoint)),
        TE.map((found) => (found.every((same) => same) ? { edge, signed } : undefined)),
      );
    }),
  );

const continueFrom = (engines: LogEngines, signed: SignedCheckpoint): TE.TaskEither<LogFault, LogState> =>
  pipe(
    engines.store.size(),
    TE.mapLeft((fault): LogFault => fault),
    TE.filterOrElse(
      (store) => store >= signed.checkpoint.size,
      (store): LogFault => ({ _tag: 'StoreShorter', signed: signed.checkpoint.size, store }),
    ),
    TE.flatMap(() => quickly(engines, signed)),
    TE.flatMap((state) => (state === undefined ? rebuild(engines, signed) : TE.right(state))),
  );

/**
 * Where the log stands, from its record; Left when going on could sign a fork. The store's newest signed entry and samples
 * before it are checked against the signed root; every single entry is `verify`'s business.
 */
export const resume = (engines: LogEngines): TE.TaskEither<LogFault, LogState> =>
  pipe(
    readSigned(engines),
    TE.flatMap((signed) =>
      signed === undefined ? TE.right({ edge: emptyEdge, signed }) : continueFrom(engines, signed),
    ),
  );
