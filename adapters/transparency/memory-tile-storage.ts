import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TileStorage } from '../../domain/transparency/ports.js';

/** In this process's memory: gone with it, and made again from the store at the next start. */
export const createMemoryTileStorage = (): TileStorage => {
  const resources = new Map<string, Uint8Array>();
  return {
    read: (path) => () => TE.right(resources.get(path))(),
    write: (written) => () => {
      for (const { path, bytes } of written) resources.set(path, bytes.slice());
      return TE.right(undefined)();
    },
    remove: (paths) => () => {
      for (const path of paths) resources.delete(path);
      return TE.right(undefined)();
    },
  };
};
