import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { concat } from '../encoding/bytes.js';
import type { EventStore, StoreError } from '../ports.js';
import { encodeEntryBundle } from './entry-bundle.js';
import type { PlaceUnavailable, TileStorage } from './ports.js';
import { TILE_WIDTH, type Tile, tilePath } from './tile.js';
import type { TileEdge } from './tile-edge.js';
import { HASH_BYTES } from './tlog-text.js';

const begin = (hashes: Uint8Array | undefined, width: number): Uint8Array | undefined =>
  hashes === undefined || hashes.length < width * HASH_BYTES ? undefined : hashes.slice(0, width * HASH_BYTES);

const fromEdge = (edge: TileEdge, { level, index, width }: Tile): Uint8Array | undefined => {
  if (level === 'entries' || index !== Math.floor(edge.size / TILE_WIDTH ** (level + 1))) return undefined;
  return begin(concat(...(edge.levels[level] ?? []).slice(0, width)), width);
};

/** A tile of hashes. A partial tile is the beginning of every later one, so none that was promised is ever missing. */
export const readHashTile =
  (tiles: Pick<TileStorage, 'read'>, edge: () => TileEdge) =>
  (tile: Tile): TE.TaskEither<PlaceUnavailable, Uint8Array | undefined> => {
    if (tile.width === TILE_WIDTH) return tiles.read(tilePath(tile));
    const now = fromEdge(edge(), tile);
    if (now !== undefined) return TE.right(now);
    return pipe(
      tiles.read(tilePath({ ...tile, width: TILE_WIDTH })),
      TE.map((full) => begin(full, tile.width)),
    );
  };

/** A bundle comes from the store itself; entries behind `signedSize` are promised to nobody yet and not served. */
export const readEntryBundle =
  (store: Pick<EventStore, 'readAll'>, signedSize: number) =>
  ({ index, width }: Tile): TE.TaskEither<StoreError, Uint8Array | undefined> => {
    const first = index * TILE_WIDTH;
    return first + width > signedSize
      ? TE.right(undefined)
      : pipe(
          store.readAll(first, width),
          TE.flatMap(
            (entries): TE.TaskEither<StoreError, Uint8Array> =>
              entries.length === width && entries.every((entry, i) => entry.index === first + i)
                ? TE.right(encodeEntryBundle(entries.map(({ bytes }) => bytes)))
                : TE.left({
                    _tag: 'StoreDamaged',
                    where: `index ${String(first)}`,
                    rule: 'must have every signed entry',
                  }),
          ),
        );
  };
