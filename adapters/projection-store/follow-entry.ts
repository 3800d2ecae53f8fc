import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { CATALOGUE, type LedgerEvent } from '../../domain/catalogue.js';
import type { Place } from '../../domain/ledger/chain.js';
import type { Envelope, Recorded } from '../../domain/ledger/envelope.js';
import { leafOf } from '../../domain/ledger/leaf.js';
import type { LoadFault } from '../../domain/ledger/load-stream.js';
import type { Hashing, StoredEntry } from '../../domain/ports.js';

/** Where a stream ends, as far as it was followed. */
export interface Tip {
  readonly revision: number;
  readonly leaf: string;
}

const placeOf = ({ index, stream, revision }: StoredEntry): Place => ({ index, stream, revision });

const parse = (stored: StoredEntry): E.Either<LoadFault, Envelope> =>
  E.tryCatch(
    () => JSON.parse(Buffer.from(stored.bytes.buffer, stored.bytes.byteOffset, stored.bytes.length).toString('utf8')),
    (): LoadFault => ({ _tag: 'NotCanonical', at: placeOf(stored), rule: 'must be JSON' }),
  );

const linkFault = (stored: StoredEntry, envelope: Envelope, tip: Tip | undefined): LoadFault | undefined => {
  const at = placeOf(stored);
  const expected = (tip?.revision ?? -1) + 1;
  if (envelope.stream !== stored.stream) return { _tag: 'ForeignStream', at, found: envelope.stream };
  if (envelope.revision !== expected || stored.revision !== expected) {
    return { _tag: 'RevisionGap', at, expected, found: stored.revision };
  }
  return envelope.previous === (tip?.leaf ?? null) ? undefined : { _tag: 'PreviousMismatch', at };
};

/** What the newest version's codec let in when it was written is taken as it is: the chain says that it is the same. */
const eventOf = (stored: StoredEntry, { type, typeVersion, data }: Envelope): E.Either<LoadFault, LedgerEvent> =>
  CATALOGUE.types.get(type)?.version === typeVersion
    ? E.right({ type, data } as unknown as LedgerEvent)
    : pipe(
        CATALOGUE.decode(type, typeVersion, data),
        E.mapLeft((fault) => ({ _tag: 'EventUnreadable', at: placeOf(stored), fault })),
      );

/** An entry that continues its stream's hash chain, with the stream's new tip. Signatures are checked at the tips only. */
export const followEntry = (
  hashing: Hashing,
  stored: StoredEntry,
  tip: Tip | undefined,
): E.Either<LoadFault, { readonly recorded: Recorded<LedgerEvent>; readonly tip: Tip }> =>
  pipe(
    parse(stored),
    E.flatMap((envelope) => {
      const fault = linkFault(stored, envelope, tip);
      if (fault !== undefined) return E.left(fault);
      const leaf = leafOf(hashing, stored.bytes);
      return pipe(
        eventOf(stored, envelope),
        E.map((event) => {
          const { stream, revision, id, recordedAt, actor, command, basis, kid } = envelope;
          const recorded = { index: stored.index, stream, revision, id, recordedAt, actor, command, basis, kid, leaf, event };
          return { recorded, tip: { revision, leaf } };
        }),
      );
    }),
  );
