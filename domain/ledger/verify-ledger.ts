import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toHex } from '../encoding/bytes.js';
import type { EventStore, StoredEntry, StoreError } from '../ports.js';
import { type Audit, type AuditOptions, createAudit, type InspectedEntry, type LedgerFault } from './audit.js';
import { type Head, verifyHead } from './head.js';
import { type InspectionEngines, inspectEntry } from './inspect-entry.js';
import type { Keyring } from './keyring.js';
import type { EntryEngines } from './ledger.js';
import { rootOf } from './merkle.js';

/** What a whole store is: sound when `faultCount` is 0. */
export interface LedgerReport {
  readonly size: number;
  readonly root: string;
  /** The first faults, in store order. */
  readonly faults: ReadonlyArray<LedgerFault>;
  readonly faultCount: number;
  /** The keys that the authority introduced. */
  readonly keyring: Keyring;
}

export interface VerifyOptions extends AuditOptions {
  /** Told after each page how many entries were checked. */
  readonly progress?: (checked: number) => void;
  /** Given what is whole of each page, as long as all before it was; the next page waits for it. */
  readonly onWhole?: (page: ReadonlyArray<StoredEntry>) => T.Task<void>;
}

/** A page of entries of all streams from `from` on, each inspected with the keys known so far or not yet; none: the end. */
export type ReadInspected<Fault> = (
  from: number,
  keyring: Keyring,
) => TE.TaskEither<Fault, ReadonlyArray<InspectedEntry>>;

const PAGE = 512;

/** Reads and inspects on the thread that asks. */
const inspectHere =
  (engines: InspectionEngines & { readonly store: Pick<EventStore, 'readAll'> }): ReadInspected<StoreError> =>
  (from, keyring) =>
    pipe(
      engines.store.readAll(from, PAGE),
      TE.map((page) => page.map((stored) => ({ stored, inspection: inspectEntry(engines, keyring, stored) }))),
    );

/** Answers with the entries before the first fault of all. */
const takeAll = (audit: Audit, page: ReadonlyArray<InspectedEntry>): ReadonlyArray<StoredEntry> => {
  const whole: Array<StoredEntry> = [];
  for (const entry of page) {
    audit.take(entry);
    if (audit.faultCount() === 0) whole.push(entry.stored);
  }
  return whole;
};

const takePages = <Fault>(
  read: ReadInspected<Fault>,
  audit: Audit,
  from: number,
  options: Pick<VerifyOptions, 'progress' | 'onWhole'>,
): TE.TaskEither<Fault, true> =>
  pipe(
    read(from, audit.keyring()),
    TE.tap((page) => {
      const whole = takeAll(audit, page);
      options.progress?.(audit.frontier().size);
      return TE.fromTask(options.onWhole === undefined ? T.of(undefined) : options.onWhole(whole));
    }),
    TE.flatMap((page) => {
      const last = page.at(-1)?.stored;
      // A negative index in an edited store must not make the reading begin again.
      return last === undefined || last.index < from ? TE.right(true) : takePages(read, audit, last.index + 1, options);
    }),
  );

const headFaults = (engines: EntryEngines, head: Head | undefined, audit: Audit): ReadonlyArray<LedgerFault> => {
  if (head === undefined) return [];
  const checked = verifyHead(engines, audit.keyring(), head);
  const store = audit.frontier().size;
  // Told even when nothing vouches for the head: the key that made it may be among what was cut off.
  const cut: ReadonlyArray<LedgerFault> = store < head.size ? [{ _tag: 'StoreTruncated', head: head.size, store }] : [];
  return E.isLeft(checked) ? [checked.left, ...cut] : cut;
};

const treeFaults = (trees: AuditOptions['trees'], store: number): ReadonlyArray<LedgerFault> =>
  (trees ?? [])
    .filter(({ size }) => size > store)
    .map(({ which, size }) => ({ _tag: 'CheckpointAhead', which, size, store }));

/**
 * Checks all entries that `read` gives, signature by signature, and holds them against the signed head that was kept apart
 * from them. Left only when they can't be read: a fault is a finding, not a failure.
 */
export const verifyInspected = <Fault>(
  engines: EntryEngines,
  read: ReadInspected<Fault>,
  options: VerifyOptions,
): TE.TaskEither<Fault, LedgerReport> => {
  const audit = createAudit(engines, options);
  return pipe(
    takePages(read, audit, 0, options),
    TE.map(() => {
      const size = audit.frontier().size;
      const ends = [...headFaults(engines, options.head, audit), ...treeFaults(options.trees, size)];
      return {
        size,
        root: toHex(rootOf(engines.hashing, audit.frontier())),
        faults: [...audit.faults(), ...ends],
        faultCount: audit.faultCount() + ends.length,
        keyring: audit.keyring(),
      };
    }),
  );
};

/** The same, all on one thread. */
export const verifyLedger = (
  engines: InspectionEngines & { readonly store: Pick<EventStore, 'readAll'> },
  options: VerifyOptions,
): TE.TaskEither<StoreError, LedgerReport> => verifyInspected(engines, inspectHere(engines), options);
