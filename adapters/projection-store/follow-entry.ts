import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { CATALOGUE, type LedgerEvent } from '../../domain/catalogue.js';
import { type FollowedTip, followEntry, placeOf } from '../../domain/follow-entry.js';
import type { Envelope, Recorded } from '../../domain/ledger/envelope.js';
import type { LoadFault } from '../../domain/ledger/load-stream.js';
import type { Hashing, StoredEntry } from '../../domain/ports.js';

/** What the newest version's codec let in when it was written is taken as it is: the chain says that it is the same. */
const eventOf = (stored: StoredEntry, { type, typeVersion, data }: Envelope): E.Either<LoadFault, LedgerEvent> =>
  CATALOGUE.types.get(type)?.version === typeVersion
    ? E.right({ type, data } as unknown as LedgerEvent)
    : pipe(
        CATALOGUE.decode(type, typeVersion, data),
        E.mapLeft((fault) => ({ _tag: 'EventUnreadable', at: placeOf(stored), fault })),
      );

/** The event of an entry that continues its stream, with the stream's new tip. */
export const followEvent = (
  hashing: Hashing,
  stored: StoredEntry,
  tip: FollowedTip | undefined,
): E.Either<LoadFault, { readonly recorded: Recorded<LedgerEvent>; readonly tip: FollowedTip }> =>
  pipe(
    followEntry(hashing, stored, tip),
    E.flatMap(({ envelope, tip: next }) =>
      pipe(
        eventOf(stored, envelope),
        E.map((event) => {
          const { stream, revision, id, recordedAt, actor, command, basis, kid } = envelope;
          const place = { index: stored.index, stream, revision, leaf: next.leaf };
          return { recorded: { ...place, id, recordedAt, actor, command, basis, kid, event }, tip: next };
        }),
      ),
    ),
  );
