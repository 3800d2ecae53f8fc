import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toHex } from '../encoding/bytes.js';
import type { EventStore, StoreError } from '../ports.js';
import { type Audit, type AuditOptions, createAudit, type LedgerFault } from './audit.js';
import { type Head, verifyHead } from './head.js';
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
}

const PAGE = 512;

const takePages = (
  store: EventStore,
  audit: Audit,
  from: number,
  progress: (checked: number) => void,
): TE.TaskEither<StoreError, true> =>
  pipe(
    store.readAll(from, PAGE),
    TE.flatMap((page) => {
      page.forEach(audit.take);
      progress(audit.frontier().size);
      const last = page.at(-1);
      // A negative index in an edited store must not make the reading begin again.
      return last === undefined || last.index < from
        ? TE.right(true)
        : takePages(store, audit, last.index + 1, progress);
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
 * Checks a whole store, signature by signature, and holds it against the signed head that was kept apart from it. Left
 * only when the store can't be read: a fault is a finding, not a failure.
 */
export const verifyLedger = (
  engines: EntryEngines & { readonly store: EventStore },
  options: VerifyOptions,
): TE.TaskEither<StoreError, LedgerReport> => {
  const audit = createAudit(engines, options);
  return pipe(
    takePages(engines.store, audit, 0, options.progress ?? (() => undefined)),
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
