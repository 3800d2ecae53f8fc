import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { LedgerFault } from '../domain/ledger/audit.js';
import type { Head } from '../domain/ledger/head.js';
import { type LedgerReport, verifyLedger } from '../domain/ledger/verify-ledger.js';
import type { StoreError } from '../domain/ports.js';
import { entryEngines } from './engines.js';
import { readHead } from './event-store/sqlite/head-file.js';
import type { Ledger } from './open-store.js';
import { knownTrees, type LogPlaces, type TreeFinding } from './transparency/known-trees.js';

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
const headOf = (file: string): TE.TaskEither<never, FoundHead> =>
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
}

const audited = (
  { store, pinned, log, progress = () => undefined }: VerifyInput,
  head: Head | undefined,
): TE.TaskEither<StoreError, Audited> =>
  pipe(
    log === undefined ? TE.right({ trees: [], faults: [] }) : TE.fromTask(knownTrees(entryEngines, log)),
    TE.flatMap(({ trees, faults }) =>
      pipe(
        verifyLedger(
          { ...entryEngines, store: store.events },
          { pinned, head, trees, progress, mostFaults: MOST_FAULTS },
        ),
        TE.map((report) => ({ ...report, treeFindings: faults })),
      ),
    ),
  );

/**
 * Checks the file, every entry, the signed head, and the tree against what the log signed and published. Left only when nothing could be read at all.
 */
export const verifyLedgerFiles = (input: VerifyInput): TE.TaskEither<StoreError, Verification> =>
  pipe(
    headOf(input.headFile),
    TE.flatMap(({ head, faults }) =>
      pipe(
        audited(input, head),
        TE.flatMap((report) =>
          pipe(
            input.store.check,
            TE.match(
              (fault: StoreError): ReadonlyArray<LedgerFinding> => [...faults, fault],
              () => faults,
            ),
            TE.fromTask,
            TE.map((more) => ({
              size: report.size,
              root: report.root,
              faults: [...report.faults, ...report.treeFindings, ...more],
              faultCount: report.faultCount + report.treeFindings.length + more.length,
            })),
          ),
        ),
      ),
    ),
  );
