import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { hostStream } from '../host/host-id.js';
import type { StreamId } from '../ledger/envelope.js';
import { AUTHORITY_STREAM } from '../ledger/keyring.js';
import type { LedgerReader } from '../ledger/ledger.js';
import type { StoredEntry } from '../ports.js';
import { basisOf } from '../replay/history.js';
import { type BundleScope, MOST_BUNDLE_ENTRIES } from './bundle.js';
import { type ChooseFault, type ChosenEntry, chooseHost, chooseWhole } from './read-chosen.js';

export interface BundleRequest {
  readonly scope: BundleScope;
  /** With all entries behind the host's last one, whosever they are, so that nobody's word is needed for the end. */
  readonly tail: boolean;
}

export interface HostUnknown {
  readonly _tag: 'HostNotEnrolled';
}

/** The entries of a bundle, by why they are in it. */
export interface Chosen {
  readonly host: ReadonlyArray<ChosenEntry>;
  readonly authority: ReadonlyArray<ChosenEntry>;
  readonly reference: ReadonlyArray<ChosenEntry>;
  readonly tail: ReadonlyArray<StoredEntry>;
}

/** The reference streams that verdicts name, each with the highest revision. */
const basesOf = (host: ReadonlyArray<ChosenEntry>): ReadonlyArray<readonly [StreamId, number]> => {
  const bases = new Map<StreamId, number>();
  for (const { recorded } of host) {
    const { stream, revision } = basisOf(recorded);
    if (revision >= 0) bases.set(stream, Math.max(revision, bases.get(stream) ?? 0));
  }
  return [...bases];
};

const chooseReference = (
  reader: LedgerReader,
  host: ReadonlyArray<ChosenEntry>,
  size: number,
  tail: ReadonlyArray<StoredEntry>,
): TE.TaskEither<ChooseFault, ReadonlyArray<ChosenEntry>> => {
  const inTail = tail.map(({ stream }) => stream).filter((stream) => stream.startsWith('reference/'));
  const bases = new Map<StreamId, number | undefined>(basesOf(host));
  for (const stream of inTail) bases.set(stream, undefined);
  return pipe(
    [...bases],
    TE.traverseSeqArray(([stream, upTo]) => chooseWhole(reader, stream, size, upTo)),
    TE.map((chosen) => chosen.flat()),
  );
};

const PAGE = 512;

const readTail = (
  { store }: Pick<LedgerReader, 'store'>,
  from: number,
  size: number,
): TE.TaskEither<ChooseFault, ReadonlyArray<StoredEntry>> => {
  if (size - from > MOST_BUNDLE_ENTRIES) {
    return TE.left({ _tag: 'BundleTooLarge', what: 'entries', most: MOST_BUNDLE_ENTRIES });
  }
  const limit = Math.min(PAGE, size - from);
  return limit <= 0
    ? TE.right([])
    : pipe(
        store.readAll(from, limit),
        TE.flatMap((page) =>
          pipe(
            page.length < limit ? TE.right([]) : readTail({ store }, from + limit, size),
            TE.map((rest) => [...page, ...rest]),
          ),
        ),
      );
};

type Fault = ChooseFault | HostUnknown;

const hostEntries = (
  reader: LedgerReader,
  size: number,
  scope: BundleScope,
): TE.TaskEither<Fault, ReadonlyArray<ChosenEntry>> =>
  pipe(
    chooseHost(reader, hostStream(scope.host), size, scope),
    TE.flatMap(
      (host): TE.TaskEither<Fault, ReadonlyArray<ChosenEntry>> =>
        host.length > 0 ? TE.right(host) : TE.left({ _tag: 'HostNotEnrolled' }),
    ),
  );

/** Everything that a bundle of this scope needs from a log of `size` entries. */
export const chooseEntries = (
  reader: LedgerReader,
  size: number,
  { scope, tail }: BundleRequest,
): TE.TaskEither<Fault, Chosen> =>
  pipe(
    TE.Do,
    TE.bindW('host', () => hostEntries(reader, size, scope)),
    TE.bindW('tail', ({ host }) =>
      tail ? readTail(reader, (host.at(-1)?.stored.index ?? 0) + 1, size) : TE.right([]),
    ),
    TE.bindW('authority', () => chooseWhole(reader, AUTHORITY_STREAM, size)),
    TE.bindW('reference', ({ host, tail: behind }) => chooseReference(reader, host, size, behind)),
  );
