import * as E from 'fp-ts/lib/Either.js';
import type { Cosigner, ProveConsistency, QuorumNotReached } from '../../domain/transparency/cosigner.js';
import type { LogState, SignedCheckpoint } from '../../domain/transparency/log-state.js';
import type { PlaceUnavailable, TileStorage } from '../../domain/transparency/ports.js';
import { CHECKPOINT_PATH } from '../../domain/transparency/read-signed.js';
import { edgeTiles, isTileOf, TILE_WIDTH, type Tile, tilePath } from '../../domain/transparency/tile.js';

export interface PublisherOptions {
  readonly tiles: TileStorage;
  /** Undefined: no witness needs to see a checkpoint before it is published. */
  readonly cosigner: Cosigner | undefined;
  readonly prove: ProveConsistency;
  readonly retryAfterMillis: number;
  readonly onPublished: (published: SignedCheckpoint) => void;
  readonly onFault: (fault: PlaceUnavailable | QuorumNotReached) => void;
}

export interface Publisher {
  readonly published: () => SignedCheckpoint | undefined;
  /** Publishes this checkpoint, or a newer one that is offered meanwhile. */
  readonly offer: (state: LogState) => void;
  /** Ends when nothing is being published. */
  readonly idle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Partial tiles that full ones replaced may go once a checkpoint was published that has the full ones. */
export const outgrown = (written: Map<string, Tile>, size: number): ReadonlyArray<string> =>
  [...written].flatMap(([path, tile]) => (isTileOf(size, { ...tile, width: TILE_WIDTH }) ? [path] : []));

/** Publishes one checkpoint after another; those that a newer one overtook are left out. */
export const startPublisher = (options: PublisherOptions, initial: SignedCheckpoint | undefined): Publisher => {
  const { tiles, cosigner, prove, onFault } = options;
  let published = initial;
  let wanted: SignedCheckpoint | undefined;
  let work: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const written = new Map<string, Tile>();

  const forgetPartials = async (size: number): Promise<void> => {
    const paths = outgrown(written, size);
    if (paths.length === 0) return;
    const removed = await tiles.remove(paths)();
    if (E.isLeft(removed)) onFault(removed.left);
    else for (const path of paths) written.delete(path);
  };

  const publish = async (signed: SignedCheckpoint): Promise<boolean> => {
    const cosigned = cosigner === undefined ? E.right({ bytes: signed.bytes }) : await cosigner(signed, prove)();
    if (E.isLeft(cosigned)) {
      onFault(cosigned.left);
      return false;
    }
    const { bytes } = cosigned.right;
    const stored = await tiles.write([{ path: CHECKPOINT_PATH, bytes }])();
    if (E.isLeft(stored)) {
      onFault(stored.left);
      return false;
    }
    const before = published;
    published = { checkpoint: signed.checkpoint, bytes };
    options.onPublished(published);
    await forgetPartials(before?.checkpoint.size ?? 0);
    return true;
  };

  const run = async (): Promise<void> => {
    while (wanted !== undefined && !stopped) {
      const signed = wanted;
      const done = await publish(signed);
      if (done && wanted === signed) wanted = undefined;
      if (!done && wanted === signed) {
        retryLater();
        return;
      }
    }
  };

  const retryLater = (): void => {
    timer ??= setTimeout(kick, options.retryAfterMillis).unref();
  };

  const kick = (): void => {
    clearTimeout(timer);
    timer = undefined;
    work ??= run().finally(() => {
      work = undefined;
    });
  };

  return {
    published: () => published,
    offer: ({ signed, edge }) => {
      if (signed === undefined || stopped) return;
      for (const tile of edgeTiles(edge.size)) written.set(tilePath(tile), tile);
      wanted = signed;
      kick();
    },
    idle: async () => {
      await work;
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await work;
    },
  };
};
