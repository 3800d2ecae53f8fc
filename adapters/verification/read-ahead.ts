import * as E from 'fp-ts/lib/Either.js';
import type { InspectedEntry } from '../../domain/ledger/audit.js';
import type { Keyring } from '../../domain/ledger/keyring.js';
import type { ReadInspected } from '../../domain/ledger/verify-ledger.js';
import type { EventStore, StoredEntry, StoreError } from '../../domain/ports.js';
import type { InspectingThreads } from './inspecting-threads.js';
import type { VerificationBroken } from './thread.js';

export interface ReadAheadOptions {
  readonly store: Pick<EventStore, 'readAll'>;
  readonly threads: Pick<InspectingThreads, 'inspect'>;
  /** So many pages are read, inspected or waiting to be taken at a time, and no more: memory does not grow with the ledger. */
  readonly pages: number;
  readonly pageSize: number;
}

type Read<A> = E.Either<StoreError | VerificationBroken, A>;

interface Slot {
  readonly page: Promise<Read<ReadonlyArray<InspectedEntry>>>;
  /** Where the page behind it begins; undefined: there is none. */
  readonly next: Promise<number | undefined>;
}

const behind = (from: number, entries: ReadonlyArray<StoredEntry>): number | undefined => {
  const last = entries.at(-1);
  return last === undefined || last.index < from ? undefined : last.index + 1;
};

const slotAt = (options: ReadAheadOptions, from: Promise<number | undefined>, keyring: Keyring): Slot => {
  const read = from.then((index) =>
    index === undefined
      ? E.right<never, ReadonlyArray<StoredEntry>>([])
      : options.store.readAll(index, options.pageSize)(),
  );
  const inspect = async (): Promise<Read<ReadonlyArray<InspectedEntry>>> => {
    const entries = await read;
    return E.isLeft(entries) ? entries : options.threads.inspect(entries.right, keyring)();
  };
  return {
    page: inspect(),
    next: Promise.all([from, read]).then(([index, entries]) =>
      index === undefined || E.isLeft(entries) ? undefined : behind(index, entries.right),
    ),
  };
};

/** Reads on while threads inspect and the audit takes what came before; answers in the order of the store. */
export const readAhead = (options: ReadAheadOptions): ReadInspected<StoreError | VerificationBroken> => {
  const slots: Array<Slot> = [];
  let next: Promise<number | undefined> | undefined;
  return (from, keyring) => async () => {
    // Before the first page was taken no key is known, and what is inspected without one is checked twice.
    const most = keyring.size === 0 ? 1 : options.pages;
    while (slots.length < most) {
      const slot = slotAt(options, next ?? Promise.resolve(from), keyring);
      next = slot.next;
      slots.push(slot);
    }
    return (await slots.shift()?.page) ?? E.right([]);
  };
};
