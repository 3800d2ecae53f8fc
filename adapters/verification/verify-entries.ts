import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuditOptions } from '../../domain/ledger/audit.js';
import {
  type LedgerReport,
  type VerifyOptions,
  verifyInspected,
  verifyLedger,
} from '../../domain/ledger/verify-ledger.js';
import type { EventStore, StoreError } from '../../domain/ports.js';
import type { ReadModelReport } from '../projection-store/comparison/compare-read-models.js';
import { type CheckingReadModels, checkReadModels } from './checking-read-models.js';
import { startInspectingThreads } from './inspecting-threads.js';
import { inspectionEngines } from './inspection-engines.js';
import { readAhead } from './read-ahead.js';
import { type ThreadProgram, threadFile, type VerificationBroken } from './thread.js';

export interface VerifyEntriesInput {
  readonly store: Pick<EventStore, 'readAll' | 'size'>;
  readonly audit: AuditOptions;
  /** How many threads inspect entries; 1: this one. */
  readonly workers: number;
  /** The file of the read models; undefined: they are not made again. */
  readonly readModels: string | undefined;
  readonly progress: (checked: number, all: number) => void;
  /** With fewer entries, starting threads takes longer than it saves. */
  readonly fewest?: number;
  /** Where the threads' programs are. */
  readonly programs?: (name: ThreadProgram) => URL;
}

export interface CheckedEntries {
  readonly report: LedgerReport;
  readonly readModels: ReadModelReport;
}

type Fault = StoreError | VerificationBroken;
type Work<A> = TE.TaskEither<Fault, A>;

const FEWEST = 2_048;
/** Small, so that a page of the largest entries is 8 MB and threads that wait wait shortly. */
const PAGE = 128;
/** Of pages for each thread: one that it works on, and one that waits. */
const AHEAD = 2;

const NOT_ASKED: ReadModelReport = { state: 'absent', entries: 0, faults: [] };

const onThreads = (
  { store, programs = threadFile }: VerifyEntriesInput,
  workers: number,
  options: VerifyOptions,
): Work<LedgerReport> =>
  TE.bracket(
    TE.fromIO(() => startInspectingThreads(workers, programs('inspection-thread'))),
    (threads) =>
      verifyInspected(
        inspectionEngines,
        readAhead({ store, threads, pages: AHEAD * workers + 1, pageSize: PAGE }),
        options,
      ),
    ({ end }) => TE.fromTask(end),
  );

const withReadModels = (
  file: string | undefined,
  thread: URL | undefined,
  check: (models: CheckingReadModels | undefined) => Work<LedgerReport>,
): Work<CheckedEntries> => {
  if (file === undefined) {
    return pipe(
      check(undefined),
      TE.map((report) => ({ report, readModels: NOT_ASKED })),
    );
  }
  return TE.bracket(
    TE.fromIO(() => checkReadModels(file, thread)),
    (models) =>
      pipe(
        check(models),
        TE.flatMap((report) =>
          pipe(
            models.finish({ whole: report.faultCount === 0, size: report.size }),
            TE.bimap(
              (fault): Fault => fault,
              (readModels) => ({ report, readModels }),
            ),
          ),
        ),
      ),
    ({ end }) => TE.fromTask(end),
  );
};

/**
 * Checks all entries, on as many threads as asked for, and what the read models made of them. The findings and their order
 * do not depend on the number. Left when anything kept the check from reaching its end.
 */
export const verifyEntries = (input: VerifyEntriesInput): Work<CheckedEntries> =>
  pipe(
    input.store.size(),
    TE.mapLeft((fault): Fault => fault),
    TE.flatMap((size) => {
      const workers = size < (input.fewest ?? FEWEST) ? 1 : input.workers;
      const progress = (checked: number): void => input.progress(checked, size);
      const apart = workers > 1 ? (input.programs ?? threadFile)('read-model-thread') : undefined;
      return withReadModels(input.readModels, apart, (models) => {
        const options = { ...input.audit, progress, ...(models === undefined ? {} : { onWhole: models.take }) };
        return workers > 1
          ? onThreads(input, workers, options)
          : verifyLedger({ ...inspectionEngines, store: input.store }, options);
      });
    }),
  );
