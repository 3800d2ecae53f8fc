import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import { decode, type FieldFault } from '../encoding/explain.js';
import type { DomainEvent } from './envelope.js';

/** Why stored data is not an event that this program knows. Never silence: an unknown event is an error. */
export type DecodeFault =
  | { readonly _tag: 'UnknownEventType'; readonly type: string }
  | { readonly _tag: 'UnknownEventVersion'; readonly type: string; readonly version: number }
  | {
      readonly _tag: 'EventDataInvalid';
      readonly type: string;
      readonly version: number;
      readonly faults: ReadonlyArray<FieldFault>;
    };

/** Reads data of one old version and lifts it to the next one. */
export type Upcast = (data: unknown) => E.Either<ReadonlyArray<FieldFault>, unknown>;

/** One kind of event: its newest version, that version's codec, and how each older version becomes the next. */
export interface EventType<T extends string, D> {
  readonly type: T;
  readonly version: number;
  readonly data: t.Decoder<unknown, D>;
  /** `upcasts[v - 1]` lifts version v to v + 1; exactly `version - 1` of them. */
  readonly upcasts: ReadonlyArray<Upcast>;
}

/** The event that a kind of event describes, as deciders see it. */
export type EventOf<X> = X extends EventType<infer T, infer D> ? { readonly type: T; readonly data: D } : never;

/**
 * `codec` is the closed codec that version was written with, kept for ever; `up` is pure and total, and what it makes is
 * checked by the next version's codec, so a wrong step is refused instead of believed.
 */
export const upcast =
  <Old>(codec: t.Decoder<unknown, Old>, up: (old: Old) => unknown): Upcast =>
  (data) =>
    pipe(
      decode(codec)(data),
      E.bimap((error) => error.faults, up),
    );

/** Describes one kind of event. Versions start at 1; `data` must be a closed codec. */
export const eventType = <T extends string, D>(description: {
  readonly type: T;
  readonly version: number;
  readonly data: t.Decoder<unknown, D>;
  readonly upcasts?: ReadonlyArray<Upcast>;
}): EventType<T, D> => ({ upcasts: [], ...description });

/** The events that one reader understands. */
export interface Catalogue<Ev extends DomainEvent> {
  readonly types: ReadonlyMap<string, EventType<string, unknown>>;
  /** Data of any version, decoded with that version's own codec, as an event of the newest version. */
  readonly decode: (type: string, version: number, data: unknown) => E.Either<DecodeFault, Ev>;
}

/** The union of events of a catalogue. */
export type EventsOf<C> = C extends Catalogue<infer Ev> ? Ev : never;

const newest = (kind: EventType<string, unknown>, version: number, stored: unknown): E.Either<DecodeFault, unknown> => {
  let data = stored;
  for (const [step, lift] of [...kind.upcasts.entries()].slice(version - 1)) {
    const lifted = lift(data);
    if (E.isLeft(lifted)) {
      return E.left({ _tag: 'EventDataInvalid', type: kind.type, version: step + 1, faults: lifted.left });
    }
    data = lifted.right;
  }
  return pipe(
    decode(kind.data)(data),
    E.mapLeft((error) => ({ _tag: 'EventDataInvalid', type: kind.type, version: kind.version, faults: error.faults })),
  );
};

/** Collects kinds of events; merge catalogues by spreading the kinds of several into one call. */
export const catalogue = <const X extends ReadonlyArray<EventType<string, unknown>>>(
  kinds: X,
): Catalogue<EventOf<X[number]>> => {
  const types = new Map<string, EventType<string, unknown>>(kinds.map((kind) => [kind.type, kind]));
  const read = (type: string, version: number, data: unknown): E.Either<DecodeFault, DomainEvent> => {
    const kind = types.get(type);
    if (kind === undefined) return E.left({ _tag: 'UnknownEventType', type });
    if (
      !Number.isInteger(version) ||
      version < 1 ||
      version > kind.version ||
      kind.upcasts.length !== kind.version - 1
    ) {
      return E.left({ _tag: 'UnknownEventVersion', type, version });
    }
    return pipe(
      newest(kind, version, data),
      E.map((value) => ({ type, data: value })),
    );
  };
  return { types, decode: read as Catalogue<EventOf<X[number]>>['decode'] };
};
