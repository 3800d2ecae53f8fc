import * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../../domain/encoding/bytes.js';
import type { CheckpointRecord } from '../../domain/transparency/ports.js';

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : equalBytes(a, b);

/** For logs whose store is no more durable than this. */
export const createMemoryCheckpointRecord = (): CheckpointRecord => {
  let current: Uint8Array | undefined;
  return {
    read: () => () => TE.right(current)(),
    compareAndSwap: (expected, next) => () => {
      if (!same(current, expected)) return TE.left({ _tag: 'RecordConflict' as const, where: 'memory' })();
      current = next.slice();
      return TE.right(undefined)();
    },
  };
};
