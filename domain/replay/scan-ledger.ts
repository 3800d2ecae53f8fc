import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { CATALOGUE, type LedgerEvent } from '../catalogue.js';
import { type FollowedEntry, type FollowedTip, followEntry, placeOf } from '../follow-entry.js';
import type { Recorded, StreamId } from '../ledger/envelope.js';
import type { LedgerReader } from '../ledger/ledger.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { StoredEntry } from '../ports.js';

/** How much of the ledger was read. */
export interface ScanProgress {
  readonly read: number;
  readonly size: number;
}

const PAGE = 256;

const recordedOf = (
  stored: StoredEntry,
  { envelope, tip }: FollowedEntry,
): E.Either<LoadFault, Recorded<LedgerEvent>> =>
  pipe(
    CATALOGUE.decode(envelope.type, envelope.typeVersion, envelope.data),
    E.bimap(
      (fault): LoadFault => ({ _tag: 'EventUnreadable', at: placeOf(stored), fault }),
      (event) => {
        const { stream, id, recordedAt, actor, command, basis, kid } = envelope;
        return { index: stored.index, stream, id, recordedAt, actor, command, basis, kid, ...tip, event };
      },
    ),
  );

/** A page's events of the streams that matter, hash chains checked. */
const eventsOf = (
  deps: LedgerReader,
  matters: (entry: StoredEntry) => boolean,
  tips: Map<StreamId, FollowedTip>,
  page: ReadonlyArray<StoredEntry>,
): E.Either<LoadFault, ReadonlyArray<Recorded<LedgerEvent>>> => {
  const events: Array<Recorded<LedgerEvent>> = [];
  for (const stored of page) {
    if (!matters(stored)) continue;
    const followed = followEntry(deps.hashing, stored, tips.get(stored.stream));
    if (E.isLeft(followed)) return followed;
    tips.set(stored.stream, followed.right.tip);
    const recorded = recordedOf(stored, followed.right);
    if (E.isLeft(recorded)) return recorded;
    events.push(recorded.right);
  }
  return E.right(events);
};

/**
 * Folds the ledger in its order, a page at a time. Hash chains are checked on the way; forms and signatures are the
 * verification's business. Left: the ledger can't be read, or is not what was written.
 */
export const scanLedger =
  (deps: LedgerReader) =>
  <A>(
    matters: (entry: StoredEntry) => boolean,
    initial: A,
    step: (sum: A, page: ReadonlyArray<Recorded<LedgerEvent>>, progress: ScanProgress) => TE.TaskEither<LoadFault, A>,
  ): TE.TaskEither<LoadFault, A> => {
    const tips = new Map<StreamId, FollowedTip>();
    const from = (index: number, size: number, sum: A): TE.TaskEither<LoadFault, A> =>
      pipe(
        deps.store.readAll(index, Math.min(PAGE, size - index)),
        TE.flatMap((page) => {
          const read = index + page.length;
          return pipe(
            TE.fromEither(eventsOf(deps, matters, tips, page)),
            TE.flatMap((events) => step(sum, events, { read, size })),
            TE.flatMap((next) => (page.length === 0 || read >= size ? TE.right(next) : from(read, size, next))),
          );
        }),
      );
    return pipe(
      deps.store.size(),
      TE.flatMap((size) => (size === 0 ? TE.right(initial) : from(0, size, initial))),
    );
  };
