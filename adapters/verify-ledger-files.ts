import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { LedgerFault } from '../domain/ledger/audit.js';
import type { Doubt } from '../domain/ledger/doubt.js';
import { findDoubts } from '../domain/ledger/find-doubts.js';
import type { Head } from '../domain/ledger/head.js';
import { type LedgerReport, verifyLedger } from '../domain/ledger/verify-ledger.js';
import type { StoreError } from '../domain/ports.js';
import type { WitnessedTree } from '../domain/transparency/witnessed-tree.js';
import { entryEngines } from './engines.js';
import { readHead } from './event-store/sqlite/head-file.js';
import type { Ledger } from './open-store.js';
import { type KnownTrees, knownTrees, type LogPlaces, type TreeFinding } from './transparency/known-trees.js';

/** One thing that is wrong with a ledger; damage of the file itself included. */
export type LedgerFinding =
  | LedgerFault
  | StoreError
  | TreeFinding
  /** Founding writes a head, and nothing of ours takes it away: without it, entries could be cut off unseen. */
  | { readonly _tag: 'HeadMissing'; readonly where: string };

export interface Verification {
  readonly size: number;
  readonly root: string;
  readonly faults: ReadonlyArray<LedgerFinding>;
  readonly faultCount: number;
  /** What keys that were declared compromised may have signed for somebody else. That is no fault of the ledger. */
  readonly doubts: ReadonlyArray<Doubt>;
}

export interface VerifyInput {
  readonly store: Pick<Ledger, 'events' | 'check'>;
  readonly headFile: string;
  /** Key id of the authority key that is believed. */
  readonly pinned: string;
  /** Undefined: the entries are not held against what the log signed. */
  readonly log: LogPlaces | undefined;
  /** Told after each page how many entries were checked. */
  readonly progress?: (checked: number) => void;
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

interface Audited extends LedgerReport {
  readonly treeFindings: ReadonlyArray<LedgerFinding>;
  readonly witnessed: ReadonlyArray<WitnessedTree>;
}

const NO_TREES: KnownTrees = { trees: [], faults: [], witnessed: [] };

const audited = (
  { store, pinned, log, progress = () => undefined }: VerifyInput,
  head: Head | undefined,
): TE.TaskEither<StoreError, Audited> =>
  pipe(
    log === undefined ? TE.right(NO_TREES) : TE.fromTask(knownTrees(entryEngines, log)),
    TE.flatMap(({ trees, faults, witnessed }) =>
      pipe(
        verifyLedger(
          { ...entryEngines, store: store.events },
          { pinned, head, trees, progress, mostFaults: MOST_FAULTS },
        ),
        TE.map((report) => ({ ...report, treeFindings: faults, witnessed })),
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
  { store }: VerifyInput,
  { keyring, faultCount, treeFindings, witnessed }: Audited,
): TE.TaskEither<StoreError, ReadonlyArray<Doubt>> => {
  const trees = faultCount + treeFindings.length === 0 ? [...witnessed].sort((a, b) => a.size - b.size) : [];
  const query = {
    keyring,
    witnessedBefore: (since: string) => trees.findLast(({ at }) => at < since),
    lists: () => false,
    from: 0,
    most: 0,
  };
  return pipe(
    findDoubts({ ...entryEngines, store: store.events }, query),
    TE.match(
      (): ReadonlyArray<Doubt> => [],
      ({ doubts }) => doubts,
    ),
    TE.fromTask,
  );
};

/**
 * Checks the file, every entry, the signed head, and the tree against what the log signed and published. Left only when nothing could be read at all.
 */
export const verifyLedgerFiles = (input: VerifyInput): TE.TaskEither<StoreError, Verification> =>
  pipe(
    TE.Do as TE.TaskEither<StoreError, object>,
    TE.bind('head', () => headOf(input.headFile)),
    TE.bind('report', ({ head }) => audited(input, head.head)),
    TE.bind('file', () => fileFaults(input)),
    TE.bind('doubts', ({ report }) => doubtsIn(input, report)),
    TE.map(({ head, report, file, doubts }) => {
      const more = [...report.treeFindings, ...head.faults, ...file];
      return {
        size: report.size,
        root: report.root,
        faults: [...report.faults, ...more],
        faultCount: report.faultCount + more.length,
        doubts,
      };
    }),
  );
