import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { CATALOGUE, type LedgerEvent } from '../catalogue.js';
import { type FollowedTip, followEntry, placeOf } from '../follow-entry.js';
import type { Recorded, StreamId } from '../ledger/envelope.js';
import type { LedgerReader } from '../ledger/ledger.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { StoredEntry } from '../ports.js';
import { MOST_BUNDLE_ENTRIES } from './bundle.js';
import type { Period } from './completeness.js';

/** An entry with the event in it. Its chain was followed; its signature is whoever verifies the bundle's business. */
export interface ChosenEntry {
  readonly stored: StoredEntry;
  readonly recorded: Recorded<LedgerEvent>;
}

export interface BundleTooLarge {
  readonly _tag: 'BundleTooLarge';
  readonly what: 'entries' | 'blobs' | 'bytes';
  readonly most: number;
}

export type ChooseFault = LoadFault | BundleTooLarge;

const PAGE = 512;

const chosenOf = (
  { hashing }: LedgerReader,
  stored: StoredEntry,
  tip: FollowedTip | undefined,
): E.Either<LoadFault, ChosenEntry & { readonly tip: FollowedTip }> =>
  pipe(
    followEntry(hashing, stored, tip),
    E.flatMap(({ envelope, tip: next }) =>
      pipe(
        CATALOGUE.decode(envelope.type, envelope.typeVersion, envelope.data),
        E.bimap(
          (fault): LoadFault => ({ _tag: 'EventUnreadable', at: placeOf(stored), fault }),
          (event) => {
            const { stream, id, recordedAt, actor, command, basis, kid } = envelope;
            const { index } = stored;
            return {
              stored,
              tip: next,
              recorded: { index, stream, id, recordedAt, actor, command, basis, kid, ...next, event },
            };
          },
        ),
      ),
    ),
  );

/** Says what becomes of each entry in turn: kept, kept instead of all before it, or the last one. */
type Choose = (entry: ChosenEntry) => { readonly startsAnew: boolean; readonly isLast: boolean };

/** The stream's entries with an index below `size`, as far as `choose` goes. Memory holds only what was chosen. */
const readChosen = (
  reader: LedgerReader,
  stream: StreamId,
  size: number,
  choose: Choose,
): TE.TaskEither<ChooseFault, ReadonlyArray<ChosenEntry>> => {
  let kept: Array<ChosenEntry> = [];
  let tip: FollowedTip | undefined;
  const takePage = (page: ReadonlyArray<StoredEntry>): E.Either<ChooseFault, 'done' | 'more'> => {
    for (const stored of page) {
      if (stored.index >= size) return E.right('done');
      const entry = chosenOf(reader, stored, tip);
      if (E.isLeft(entry)) return entry;
      const { startsAnew, isLast } = choose(entry.right);
      if (startsAnew) kept = [];
      kept.push(entry.right);
      if (kept.length > MOST_BUNDLE_ENTRIES) {
        return E.left({ _tag: 'BundleTooLarge', what: 'entries', most: MOST_BUNDLE_ENTRIES });
      }
      if (isLast) return E.right('done');
      tip = entry.right.tip;
    }
    return E.right(page.length < PAGE ? 'done' : 'more');
  };
  const from = (revision: number): TE.TaskEither<ChooseFault, ReadonlyArray<ChosenEntry>> =>
    pipe(
      reader.store.readStream(stream, revision, PAGE),
      TE.flatMapEither((page) => takePage(page)),
      TE.flatMap((next) => (next === 'done' ? TE.right(kept) : from(revision + PAGE))),
    );
  return from(0);
};

/**
 * The host's events of the period with one behind it, if there is one, that shows where it ends; before it, all since the
 * AK was last certified, because that is what verdicts of the period know of the host.
 */
export const chooseHost = (
  reader: LedgerReader,
  stream: StreamId,
  size: number,
  { from, to }: Period,
): TE.TaskEither<ChooseFault, ReadonlyArray<ChosenEntry>> =>
  readChosen(reader, stream, size, ({ recorded: { event, recordedAt } }) => ({
    startsAnew: event.type === 'AttestationKeyCertified' && from !== null && recordedAt < from,
    isLast: to !== null && recordedAt > to,
  }));

/** A stream from its first event up to and including a revision; undefined: as far as the tree reaches. */
export const chooseWhole = (
  reader: LedgerReader,
  stream: StreamId,
  size: number,
  upTo?: number,
): TE.TaskEither<ChooseFault, ReadonlyArray<ChosenEntry>> =>
  readChosen(reader, stream, size, ({ recorded }) => ({
    startsAnew: false,
    isLast: upTo !== undefined && recorded.revision >= upTo,
  }));
