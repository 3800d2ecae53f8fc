import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { StoreError } from '../../../domain/ports.js';
import { blobOf, type Database } from '../../event-store/sqlite/database.js';
import type { Lane } from '../../event-store/sqlite/lane.js';
import { storeErrorOf } from '../../event-store/sqlite/store-error.js';

export interface ListedDigest {
  /** Where to go on behind it. */
  readonly row: number;
  readonly sha256: string;
}

/** At most `limit` names of blobs behind a row, in the order in which they were put. Begin with 0. */
export type DigestList = (behind: number, limit: number) => TE.TaskEither<StoreError, ReadonlyArray<ListedDigest>>;

export const createDigestList = async (file: string, database: Database, lane: Lane): Promise<DigestList> => {
  const list = await database.prepare('SELECT rowid, sha256 FROM blobs WHERE rowid > ? ORDER BY rowid LIMIT ?');
  return (behind, limit) => () =>
    lane
      .read(() => list.all([behind, limit]))
      .then(
        (rows) =>
          E.right(
            rows.map(([row, sha256]) => ({ row: row as number, sha256: Buffer.from(blobOf(sha256)).toString('hex') })),
          ),
        (error: unknown): E.Either<StoreError, never> => E.left(storeErrorOf(file, error)),
      );
};
