import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { InspectedEntry } from '../../domain/ledger/audit.js';
import type { Inspection, PublicKeys } from '../../domain/ledger/inspect-entry.js';
import type { StoredEntry } from '../../domain/ports.js';
import type { InspectionQuestion } from './inspection-thread.js';
import { packPage } from './page-message.js';
import { startThread, type Thread, type VerificationBroken } from './thread.js';

type Inspector = Thread<InspectionQuestion, ReadonlyArray<Inspection>>;

/** Threads that inspect pages beside each other. */
export interface InspectingThreads {
  readonly inspect: (
    entries: ReadonlyArray<StoredEntry>,
    keys: PublicKeys,
  ) => TE.TaskEither<VerificationBroken, ReadonlyArray<InspectedEntry>>;
  readonly end: () => Promise<void>;
}

const leastBusy = (threads: ReadonlyArray<Inspector>): Inspector | undefined =>
  threads.reduce<Inspector | undefined>(
    (best, thread) => (best === undefined || thread.waiting() < best.waiting() ? thread : best),
    undefined,
  );

/** Only what the threads need of a keyring. */
const keysOf = (keys: PublicKeys): PublicKeys => new Map([...keys].map(([kid, { publicKey }]) => [kid, { publicKey }]));

const joined = (
  entries: ReadonlyArray<StoredEntry>,
  inspections: ReadonlyArray<Inspection>,
): E.Either<VerificationBroken, ReadonlyArray<InspectedEntry>> => {
  const both = entries.flatMap((stored, i) => {
    const inspection = inspections[i];
    return inspection === undefined ? [] : [{ stored, inspection }];
  });
  return both.length === entries.length && inspections.length === entries.length
    ? E.right(both)
    : E.left({ _tag: 'VerificationBroken', detail: 'a thread answered for other entries than it was given' });
};

export const startInspectingThreads = (count: number, file: URL): InspectingThreads => {
  const threads = Array.from({ length: count }, (): Inspector => startThread(file, undefined));
  return {
    inspect: (entries, keys) => () => {
      const thread = leastBusy(threads);
      if (thread === undefined || entries.length === 0) return TE.right([])();
      const page = packPage(entries);
      return pipe(
        thread.ask({ page, keys: keysOf(keys) }, [page.bytes.buffer]),
        TE.flatMapEither((inspections) => joined(entries, inspections)),
      )();
    },
    end: async () => {
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
};
