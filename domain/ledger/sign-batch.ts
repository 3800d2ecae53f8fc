import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { EventSigner } from '../ports.js';
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
  /** The key that signed all of them. */
  readonly kid: string;
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

/** What of a writer signing needs. */
export type BatchSigner = Pick<LedgerWriter, 'hashing' | 'canonicalize' | 'signer' | 'clock'>;

const signEvent = <Ev extends DomainEvent>(
  writer: BatchSigner,
  signer: EventSigner,
  place: BatchPlace<Ev>,
  now: string,
  event: Ev,
): TE.TaskEither<BatchFault, SignedEvent<Ev>> => {
  const { stream, commandId: command, actor, basis, tip } = place;
  const ordinal = tip?.command === command ? tip.ordinal + 1 : 0;
  const recordedAt = tip !== null && tip.recordedAt > now ? tip.recordedAt : now;
  const id = eventId(writer.hashing, stream, command, ordinal);
  const revision = (tip?.revision ?? -1) + 1;
  const common = { id, stream, revision, recordedAt, actor, command, basis, kid: signer.kid };
  const version = versionOf(place.catalogue, event);
  if (E.isLeft(version)) return TE.left(version.left);
  const data = event.data as Envelope['data'];
  const about = { type: event.type, typeVersion: version.right, previous: tip?.leaf ?? null, data };
  return pipe(
    signEntry({ canonicalize: writer.canonicalize, signer }, { v: 1, ...common, ...about }),
    TE.map((entry) => {
      const leaf = leafOf(writer.hashing, entry.bytes);
      return {
        entry: { id, bytes: entry.bytes },
        tip: { revision, leaf, recordedAt, command, ordinal },
        recorded: { ...common, leaf, event },
      };
    }),
  );
};

/** Signs a command's events one after another, each holding the leaf hash of the one before it, all with one key. */
export const signBatch = <Ev extends DomainEvent>(
  writer: BatchSigner,
  place: BatchPlace<Ev>,
  events: ReadonlyArray<Ev>,
): TE.TaskEither<BatchFault, SignedBatch<Ev>> => {
  const now = writer.clock.now();
  const signer = writer.signer();
  const signed = events.reduce<TE.TaskEither<BatchFault, ReadonlyArray<SignedEvent<Ev>>>>(
    (before, event) =>
      pipe(
        before,
        TE.flatMap((done) =>
          pipe(
            signEvent(writer, signer, { ...place, tip: done.at(-1)?.tip ?? place.tip }, now, event),
            TE.map((next) => [...done, next]),
          ),
        ),
      ),
    TE.right([]),
  );
  return pipe(
    signed,
    TE.map((all) => ({
      entries: all.map(({ entry }) => entry),
      tip: all.at(-1)?.tip ?? place.tip,
      kid: signer.kid,
      recordedFrom: (firstIndex) => all.map(({ recorded }, i) => ({ ...recorded, index: firstIndex + i })),
    })),
  );
};
