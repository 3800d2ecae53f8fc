import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Canonicalize, EventStore, StoredEntry, StoreError } from '../ports.js';
import type { ChainFault } from './chain.js';
import { createDoubtCount, type Doubt, lostKeys, type WitnessedBefore } from './doubt.js';
import type { Keyring } from './keyring.js';
import { type ReadEntry, readEntry } from './read-entry.js';

/** One entry in doubt. */
export interface DoubtfulEntry {
  readonly index: number;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly recordedAt: string;
  readonly kid: string;
}

export interface FoundDoubts {
  readonly doubts: ReadonlyArray<Doubt>;
  readonly listed: ReadonlyArray<DoubtfulEntry>;
  /** Entries in doubt behind the last listed one that would have been listed as well. */
  readonly more: number;
}

export interface DoubtQuery {
  readonly keyring: Keyring;
  readonly witnessedBefore: WitnessedBefore;
  /** Which kinds of entries are listed, and not counted alone. */
  readonly lists: (type: string) => boolean;
  /** Lists entries from this index on. */
  readonly from: number;
  readonly most: number;
}

export interface DoubtDeps {
  readonly store: Pick<EventStore, 'readAll'>;
  readonly canonicalize: Canonicalize;
}

type Fault = StoreError | ChainFault;

const PAGE = 512;

/** The part of the ledger in which entries in doubt can be: from the first that a lost key might sign to the last. */
const rangeOf = ({ keyring, witnessedBefore }: DoubtQuery): { readonly from: number; readonly to: number } => {
  const keys = lostKeys(keyring);
  const from = keys.map((key) => Math.max(key.from, witnessedBefore(key.compromised.since)?.size ?? 0));
  return { from: Math.min(...from), to: Math.max(0, ...keys.map(({ until }) => until ?? Infinity)) };
};

const readAll = (
  { canonicalize }: DoubtDeps,
  page: ReadonlyArray<StoredEntry>,
): E.Either<ChainFault, ReadonlyArray<ReadEntry & { readonly stored: StoredEntry }>> =>
  pipe(
    page,
    E.traverseArray((stored) =>
      pipe(
        readEntry(canonicalize, stored),
        E.map((read) => ({ ...read, stored })),
      ),
    ),
  );

/**
 * What keys that were declared compromised leave in doubt in a whole store, which was verified. Left when an entry can't be
 * read: what it is can't be said then.
 */
export const findDoubts = (deps: DoubtDeps, query: DoubtQuery): TE.TaskEither<Fault, FoundDoubts> => {
  const count = createDoubtCount(query.keyring, query.witnessedBefore);
  const range = rangeOf(query);
  const listed: Array<DoubtfulEntry> = [];
  let more = 0;
  const take = ({ stored: { index }, envelope }: ReadEntry & { readonly stored: StoredEntry }): void => {
    if (!count.take(index, envelope) || !query.lists(envelope.type) || index < query.from) return;
    const { stream, revision, type, recordedAt, kid } = envelope;
    if (listed.length < query.most) listed.push({ index, stream, revision, type, recordedAt, kid });
    else more += 1;
  };
  const pagesFrom = (from: number): TE.TaskEither<Fault, FoundDoubts> =>
    from >= range.to
      ? TE.right({ doubts: count.doubts(), listed, more })
      : pipe(
          deps.store.readAll(from, Math.min(PAGE, range.to - from)),
          TE.mapLeft((fault): Fault => fault),
          TE.flatMapEither((page) => readAll(deps, page)),
          TE.flatMap((page) => {
            page.forEach(take);
            const last = page.at(-1)?.stored.index;
            return pagesFrom(last === undefined || last < from ? Infinity : last + 1);
          }),
        );
  return pagesFrom(range.from);
};
