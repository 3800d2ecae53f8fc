import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { EventStore } from '../../domain/ports.js';
import type { ProveConsistency } from '../../domain/transparency/cosigner.js';
import { growTree, resourceOf } from '../../domain/transparency/grow-tree.js';
import type { LogFault } from '../../domain/transparency/log-state.js';
import { tilePath } from '../../domain/transparency/tile.js';
import { emptyEdge, partialTiles, rootOfEdge } from '../../domain/transparency/tile-edge.js';
import { consistencyFromTiles } from '../../domain/transparency/tree-proof.js';
import { entryEngines } from '../crypto/engines.js';
import { createMemoryTileStorage } from '../transparency/memory-tile-storage.js';

/** The tree over the first entries of a store, made from the entries alone. */
export interface GrownTree {
  readonly root: Uint8Array;
  readonly prove: ProveConsistency;
}

/** Takes 32 bytes of memory for each entry. */
export const growInMemory = (
  store: Pick<EventStore, 'readAll' | 'size'>,
  size: number,
): TE.TaskEither<LogFault, GrownTree> => {
  const { hashing } = entryEngines;
  const tiles = createMemoryTileStorage();
  return pipe(
    growTree({ hashing, store, tiles }, size)(emptyEdge),
    TE.tap((edge) => tiles.write(partialTiles(edge).map(resourceOf))),
    TE.map((edge) => ({
      root: rootOfEdge(hashing, edge),
      prove: (older, newer) => consistencyFromTiles(hashing, (tile) => tiles.read(tilePath(tile)), older, newer),
    })),
  );
};
