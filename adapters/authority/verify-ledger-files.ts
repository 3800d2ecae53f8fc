import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { LedgerFault } from '../../domain/ledger/audit.js';
import type { Doubt, WitnessedBefore } from '../../domain/ledger/doubt.js';
import { findDoubts } from '../../domain/ledger/find-doubts.js';
import type { Head } from '../../domain/ledger/head.js';
import type { StoreError } from '../../domain/ports.js';
import type { WitnessedTree } from '../../domain/transparency/witnessed-tree.js';
import { entryEngines } from '../crypto/engines.js';
import { readHead } from '../event-store/sqlite/head-file.js';
import type { ReadModelReport } from '../projection-store/comparison/compare-read-models.js';
import type { ReadModelFault } from '../projection-store/comparison/read-model-fault.js';
import { type KnownTrees, knownTrees, type LogPlaces, type TreeFinding } from '../transparency/known-trees.js';
import type { VerificationBroken } from '../verification/thread.js';
import { type CheckedEntries, verifyEntries } from '../verification/verify-entries.js';
import type { AuthorityLog } from './authority-log.js';
import type { Ledger } from './open-store.js';
import { witnessedSizes } from './witnessed-sizes.js';

/** One thing that is wrong with a ledger; damage of the file itself included. */
export type LedgerFinding =
  | LedgerFault
  | StoreError
  | TreeFinding
  | ReadModelFault
  /** Founding writes a head, and nothing of ours takes it away: without it, entries could be cut off unseen. */
  | { readonly _tag: 'HeadMissing'; readonly where: string };

export interface Verification {
  readonly size: number;
  readonly root: string;
  readonly readModels: Pick<ReadModelReport, 'state' | 'entries'>;
  readonly faults: ReadonlyArray<LedgerFinding>;
  readonly faultCount: number;
  /** What keys that were declared compromised may have signed for somebody else. That is no fault of the ledger. */
  readonly doubts: ReadonlyArray<Doubt>;
  /** Whether what witnesses had cosigned is counted. Where it is not known from here, everything that a lost key signed is in doubt. */
  readonly cosigned: 'counted' | 'unknown';
}

/** Why a ledger could not be checked. Nothing is known of it then. */
export type VerifyFault = StoreError | VerificationBroken;

export interface VerifyInput {
  readonly store: Pick<Ledger, 'events' | 'check'>;
  readonly headFile: string;
  /** Key id of the authority key that is believed. */
  readonly pinned: string;
  /** Undefined: the entries are not held against what the log signed. */
  readonly log: LogPlaces | undefined;
  /** The log itself, where it is open and not in these files alone: it knows what witnesses had cosigned. */
  readonly openLog?: Pick<AuthorityLog, 'witnessedBefore'> | undefined;
  /** The file of the read models; undefined: they are not made again. */
  readonly readModels: string | undefined;
  /** How many threads inspect entries. */
  readonly workers: number;
  /** Told after each page how many entries of how many were checked. */
  readonly progress?: (checked: number, all: number) => void;
}

const MOST_FAULTS = 100;

interface FoundHead {
  readonly head: Head | undefined;
  readonly faults: ReadonlyArray<LedgerFinding>;
}

/** A head that can't be read, or is gone, is a finding, and the entries are checked without it. */
const headOf = (file: string): TE.TaskEither<StoreError, FoundHead> =>
  pipe(
    readHead(file),
    TE.match(
      (fault): FoundHead => ({ head: undefined, faults: [fault] }),
      (head): FoundHead => ({ head, faults: head === undefined ? [{ _tag: 'HeadMissing', where: file }] : [] }),
    ),
    TE.fromTask,
  );

interface Audited extends CheckedEntries {
  readonly treeFindings: ReadonlyArray<LedgerFinding>;
  readonly witnessed: ReadonlyArray<WitnessedTree>;
}

const NO_TREES: KnownTrees = { trees: [], faults: [], witnessed: [] };

const audited = (input: VerifyInput, head: Head | undefined): TE.TaskEither<VerifyFault, Audited> =>
  pipe(
    input.log === undefined ? TE.right(NO_TREES) : TE.fromTask(knownTrees(entryEngines, input.log)),
    TE.flatMap(({ trees, faults, witnessed }) =>
      pipe(
        verifyEntries({
          store: input.store.events,
          workers: input.workers,
          readModels: input.readModels,
          audit: { pinned: input.pinned, head, trees, mostFaults: MOST_FAULTS },
          progress: input.progress ?? (() => undefined),
        }),
        TE.map((checked) => ({ ...checked, treeFindings: faults, witnessed })),
      ),
    ),
  );

const fileFaults = ({ store }: VerifyInput): TE.TaskEither<StoreError, ReadonlyArray<LedgerFinding>> =>
  pipe(
    store.check,
    TE.match(
      (fault: StoreError): ReadonlyArray<LedgerFinding> => [fault],
      () => [],
    ),
    TE.fromTask,
  );

/** In a damaged ledger nothing is beyond doubt: then no witness helps, and what can't be read is not counted. */
const doubtsIn = (
  { store, openLog }: VerifyInput,
  { report: { keyring, faultCount }, treeFindings, witnessed }: Audited,
): TE.TaskEither<StoreError, ReadonlyArray<Doubt>> => {
  const sound = faultCount + treeFindings.length === 0;
  const trees = sound ? [...witnessed].sort((a, b) => a.size - b.size) : [];
  const inFiles: WitnessedBefore = (since) => trees.findLast(({ at }) => at < since);
  return pipe(
    openLog === undefined || !sound ? TE.right(inFiles) : witnessedSizes(openLog, keyring),
    TE.orElse(() => TE.right(inFiles)),
    TE.flatMap((witnessedBefore) =>
      findDoubts(
        { ...entryEngines, store: store.events },
        { keyring, witnessedBefore, lists: () => false, from: 0, most: 0 },
      ),
    ),
    TE.match(
      (): ReadonlyArray<Doubt> => [],
      ({ doubts }) => doubts,
    ),
    TE.fromTask,
  );
};

/**
 * Checks the file, every entry, the signed head, the tree against what the log signed and published, and the read models
 * against what the entries make of them. Left only when nothing could be read at all, or not to the end.
 */
export const verifyLedgerFiles = (input: VerifyInput): TE.TaskEither<VerifyFault, Verification> =>
  pipe(
    TE.Do as TE.TaskEither<VerifyFault, object>,
    TE.bind('head', (): TE.TaskEither<VerifyFault, FoundHead> => headOf(input.headFile)),
    TE.bind('checked', ({ head }) => audited(input, head.head)),
    TE.bind('file', (): TE.TaskEither<VerifyFault, ReadonlyArray<LedgerFinding>> => fileFaults(input)),
    TE.bind('doubts', ({ checked }): TE.TaskEither<VerifyFault, ReadonlyArray<Doubt>> => doubtsIn(input, checked)),
    TE.map(({ head, checked: { report, treeFindings, readModels }, file, doubts }) => {
      const more = [...treeFindings, ...readModels.faults, ...head.faults, ...file];
      return {
        size: report.size,
        root: report.root,
        readModels: { state: readModels.state, entries: readModels.entries },
        faults: [...report.faults, ...more.slice(0, MOST_FAULTS)],
        faultCount: report.faultCount + more.length,
        doubts,
        cosigned: input.log === undefined && input.openLog === undefined ? ('unknown' as const) : ('counted' as const),
      };
    }),
  );
