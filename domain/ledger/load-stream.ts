import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { StoredEntry, StoreError } from '../ports.js';
import type { ChainFault, ChainTip, Place } from './chain.js';
import type { DomainEvent, Recorded, StreamId } from './envelope.js';
import type { Catalogue, DecodeFault } from './event-type.js';
import type { LedgerReader } from './ledger.js';
import { type LinkedEntry, linkEntry, verifySignature } from './verify-entry.js';

/** What the entry's signed data is no event of: its writer knew more kinds of events, or other ones, than this program. */
export interface EventUnreadable {
  readonly _tag: 'EventUnreadable';
  readonly at: Place;
  readonly fault: DecodeFault;
}

/** Why a stream can't be read: the store failed, an entry is not what was written, or its event is not known here. */
export type LoadFault =
  | StoreError
  | ChainFault
  | EventUnreadable
  | { readonly _tag: 'StreamTooShort'; readonly stream: StreamId; readonly wanted: number; readonly actual: number };

export interface LoadOptions {
  /** Reads only what follows this tip, which an earlier reading checked. */
  readonly after?: ChainTip | null;
  /** Reads up to this revision, which must exist: what a decision's basis names. */
  readonly upTo?: number;
  /** `last` (the default) checks the newest signature only, `each` all of them. */
  readonly signatures?: 'last' | 'each';
}

export interface LoadedStream<Ev extends DomainEvent> {
  readonly events: ReadonlyArray<Recorded<Ev>>;
  /** -1: no such stream. */
  readonly revision: number;
  readonly tip: ChainTip | null;
}

const PAGE = 512;

/** A checked entry as an event of the newest version. Only for entries whose chain and signature were checked. */
export const recordedOf = <Ev extends DomainEvent>(
  catalogue: Catalogue<Ev>,
  { envelope, stored, tip }: LinkedEntry,
): E.Either<LoadFault, Recorded<Ev>> =>
  pipe(
    catalogue.decode(envelope.type, envelope.typeVersion, envelope.data),
    E.bimap(
      (fault): LoadFault => {
        const at = { index: stored.index, stream: stored.stream, revision: stored.revision };
        return { _tag: 'EventUnreadable', at, fault };
      },
      (event) => ({
        index: stored.index,
        stream: envelope.stream,
        revision: envelope.revision,
        id: envelope.id,
        recordedAt: envelope.recordedAt,
        actor: envelope.actor,
        command: envelope.command,
        basis: envelope.basis,
        leaf: tip.leaf,
        kid: envelope.kid,
        event,
      }),
    ),
  );

/** The store's pages as one list: what is asked for, or as much of it as there is. */
const readAll = (
  reader: LedgerReader,
  stream: StreamId,
  from: number,
  upTo: number,
): TE.TaskEither<StoreError, ReadonlyArray<StoredEntry>> => {
  const limit = Math.min(PAGE, upTo - from + 1);
  if (limit <= 0) return TE.right([]);
  return pipe(
    reader.store.readStream(stream, from, limit),
    TE.flatMap((page) =>
      page.length < limit
        ? TE.right(page)
        : pipe(
            readAll(reader, stream, from + page.length, upTo),
            TE.map((rest) => [...page, ...rest]),
          ),
    ),
  );
};

const linkAll = (
  reader: LedgerReader,
  entries: ReadonlyArray<StoredEntry>,
  after: ChainTip | null,
  each: boolean,
): E.Either<ChainFault, ReadonlyArray<LinkedEntry>> => {
  const keyring = reader.keyring();
  const linked: Array<LinkedEntry> = [];
  let tip = after;
  for (const [i, stored] of entries.entries()) {
    const entry = linkEntry(reader, stored, tip);
    if (E.isLeft(entry)) return entry;
    const signed = each || i === entries.length - 1 ? verifySignature(reader, entry.right, keyring) : E.right(true);
    if (E.isLeft(signed)) return signed;
    linked.push(entry.right);
    tip = entry.right.tip;
  }
  return E.right(linked);
};

/**
 * Reads a stream: chain and signature over the stored bytes, then decoding, then upcasting.
 *
 * By default only the newest signature is checked. That is sound: each entry holds the SHA-256 of the whole entry before
 * it, signature included, and the newest signature covers its own. Whoever changes, drops or swaps an earlier entry needs
 * either a second preimage or the event key. It says nothing about entries cut off at the end (the signed head does) nor
 * about whether each key was valid at its place (`signatures: 'each'` and the verification of the whole ledger do).
 */
export const loadStream =
  (reader: LedgerReader) =>
  <Ev extends DomainEvent>(
    catalogue: Catalogue<Ev>,
    stream: StreamId,
    options: LoadOptions = {},
  ): TE.TaskEither<LoadFault, LoadedStream<Ev>> => {
    const after = options.after ?? null;
    const upTo = options.upTo ?? Number.MAX_SAFE_INTEGER;
    const from = (after?.revision ?? -1) + 1;
    return pipe(
      readAll(reader, stream, from, upTo),
      TE.flatMapEither((entries): E.Either<LoadFault, ReadonlyArray<LinkedEntry>> => {
        const actual = from + entries.length - 1;
        return options.upTo !== undefined && actual < upTo
          ? E.left({ _tag: 'StreamTooShort', stream, wanted: upTo, actual })
          : linkAll(reader, entries, after, options.signatures === 'each');
      }),
      TE.flatMapEither((linked) =>
        pipe(
          linked,
          E.traverseArray((entry) => recordedOf(catalogue, entry)),
          E.map((events) => {
            const tip = linked.at(-1)?.tip ?? after;
            return { events, revision: tip?.revision ?? -1, tip };
          }),
        ),
      ),
    );
  };
