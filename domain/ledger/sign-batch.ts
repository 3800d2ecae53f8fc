import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ChainTip } from './chain.js';
import type { Actor, Basis, DomainEvent, Envelope, Recorded, SignedEntry, StreamId } from './envelope.js';
import { eventId } from './event-id.js';
import type { Catalogue, DecodeFault } from './event-type.js';
import { leafOf } from './leaf.js';
import type { LedgerWriter } from './ledger.js';
import { type SignFault, signEntry } from './sign-entry.js';

/** Why a decision's events can't be written. Nothing was written. */
export type BatchFault =
  | SignFault
  | { readonly _tag: 'EventRefused'; readonly type: string; readonly fault: DecodeFault };

/** Where a command's events go. `tip` is null for a stream that does not exist yet. */
export interface BatchPlace<Ev extends DomainEvent> {
  readonly catalogue: Catalogue<Ev>;
  readonly stream: StreamId;
  readonly commandId: string;
  readonly actor: Actor;
  readonly basis: Basis;
  readonly tip: ChainTip | null;
}

/** All events of one command, signed and chained to each other. */
export interface SignedBatch<Ev extends DomainEvent> {
  readonly entries: ReadonlyArray<SignedEntry>;
  readonly tip: ChainTip | null;
  /** The events as reading will show them, once the store has said where they begin. */
  readonly recordedFrom: (firstIndex: number) => ReadonlyArray<Recorded<Ev>>;
}

interface SignedEvent<Ev extends DomainEvent> {
  readonly entry: SignedEntry;
  readonly tip: ChainTip;
  readonly recorded: Omit<Recorded<Ev>, 'index'>;
}

/** The event passes its own codec first, for what can't be read back must not be written. */
const versionOf = <Ev extends DomainEvent>(catalogue: Catalogue<Ev>, event: Ev): E.Either<BatchFault, number> => {
  const version = catalogue.types.get(event.type)?.version ?? 0;
  return pipe(
    catalogue.decode(event.type, version, event.data),
    E.bimap(
      (fault): BatchFault => ({ _tag: 'EventRefused', type: event.type, fault }),
      () => version,
    ),
  );
};

const signEvent = <Ev extends DomainEvent>(
  writer: LedgerWriter,
  place: BatchPlace<Ev>,
  now: string,
  event: Ev,
): E.Either<BatchFault, SignedEvent<Ev>> => {
  const { stream, commandId: command, actor, basis, tip } = place;
  const ordinal = tip?.command === command ? tip.ordinal + 1 : 0;
  const recordedAt = tip !== null && tip.recordedAt > now ? tip.recordedAt : now;
  const id = eventId(writer.hashing, stream, command, ordinal);
  const revision = (tip?.revision ?? -1) + 1;
  const kid = writer.signer.kid;
  const common = { id, stream, revision, recordedAt, actor, command, basis, kid };
  return pipe(
    versionOf(place.catalogue, event),
    E.flatMap((typeVersion) => {
      const data = event.data as Envelope['data'];
      const unsigned = { v: 1 as const, ...common, type: event.type, typeVersion, previous: tip?.leaf ?? null, data };
      return signEntry(writer, unsigned);
    }),
    E.map((entry) => {
      const leaf = leafOf(writer.hashing, entry.bytes);
      return {
        entry: { id, bytes: entry.bytes },
        tip: { revision, leaf, recordedAt, command, ordinal },
        recorded: { ...common, leaf, event },
      };
    }),
  );
};

/** Signs a command's events one after another, each holding the leaf hash of the one before it. */
export const signBatch = <Ev extends DomainEvent>(
  writer: LedgerWriter,
  place: BatchPlace<Ev>,
  events: ReadonlyArray<Ev>,
): E.Either<BatchFault, SignedBatch<Ev>> => {
  const now = writer.clock.now();
  const signed: Array<SignedEvent<Ev>> = [];
  let tip = place.tip;
  for (const event of events) {
    const next = signEvent(writer, { ...place, tip }, now, event);
    if (E.isLeft(next)) return next;
    signed.push(next.right);
    tip = next.right.tip;
  }
  return E.right({
    entries: signed.map(({ entry }) => entry),
    tip,
    recordedFrom: (firstIndex) => signed.map(({ recorded }, i) => ({ ...recorded, index: firstIndex + i })),
  });
};
