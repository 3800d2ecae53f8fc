import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { FollowedTip } from '../../domain/follow-entry.js';
import type { LedgerReader } from '../../domain/ledger/ledger.js';
import type { LoadFault } from '../../domain/ledger/load-stream.js';
import { readEntry } from '../../domain/ledger/read-entry.js';
import { verifySignature } from '../../domain/ledger/verify-entry.js';

const verifyTip = (reader: LedgerReader, stream: string, { revision }: FollowedTip): TE.TaskEither<LoadFault, true> =>
  pipe(
    reader.store.readStream(stream, revision, 1),
    TE.flatMapEither(([stored]): E.Either<LoadFault, true> => {
      if (stored === undefined) return E.left({ _tag: 'StreamTooShort', stream, wanted: revision, actual: -1 });
      return pipe(
        readEntry(reader.canonicalize, stored),
        E.flatMap((entry) => verifySignature(reader, { ...entry, stored }, reader.keyring())),
      );
    }),
  );

/**
 * Checks the newest signature of streams whose hash chain was followed: it vouches for all of the stream before it. Without
 * this, whoever edits a file's last entries could choose what is shown.
 */
export const verifyTips = (
  reader: LedgerReader,
  tips: ReadonlyMap<string, FollowedTip>,
  streams: ReadonlySet<string>,
): TE.TaskEither<LoadFault, ReadonlyArray<true>> =>
  pipe(
    [...streams].flatMap((stream) => {
      const tip = tips.get(stream);
      return tip === undefined ? [] : [[stream, tip] as const];
    }),
    TE.traverseSeqArray(([stream, tip]) => verifyTip(reader, stream, tip)),
  );
