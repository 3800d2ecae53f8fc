import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { StoreError } from '../ports.js';
import { mayKnow, noCommands, remember } from './command-memory.js';
import type { Decider } from './decider.js';
import type { Actor, Basis, DomainEvent, Recorded, StreamId } from './envelope.js';
import type { Catalogue } from './event-type.js';
import type { LedgerWriter } from './ledger.js';
import { type LoadFault, loadStream } from './load-stream.js';
import { type BatchFault, type SignedBatch, signBatch } from './sign-batch.js';
import type { CachedState, StateCache } from './state-cache.js';

/** What a decision needs from outside its stream, read afresh for each attempt. */
export interface Prepared<Command> {
  readonly command: Command;
  /** Revisions of the other streams that `command` was made from. */
  readonly basis: Basis;
}

/** One command for one stream. */
export interface Execution<State, Command, Ev extends DomainEvent, Rejection, Failure> {
  readonly decider: Decider<State, Command, Ev, Rejection>;
  readonly catalogue: Catalogue<Ev>;
  readonly cache: StateCache<NoInfer<State>>;
  readonly stream: StreamId;
  /** A UUID that the caller gave: the same id again changes nothing and answers as the first time did. */
  readonly commandId: string;
  readonly actor: Actor;
  readonly prepare: () => TE.TaskEither<Failure, Prepared<NoInfer<Command>>>;
}

export interface Executed<State, Ev extends DomainEvent> {
  /** What this command recorded; empty when it had nothing to say. */
  readonly events: ReadonlyArray<Recorded<Ev>>;
  readonly state: State;
  readonly revision: number;
}

/** Why a command was not carried out. Rejections and failures of `prepare` are passed on as they are. */
export type ExecuteFault = LoadFault | BatchFault | { readonly _tag: 'TooManyConflicts'; readonly stream: StreamId };

const MOST_ATTEMPTS = 6;

type Outcome<State, Ev extends DomainEvent, Fault> = TE.TaskEither<Fault | ExecuteFault, Executed<State, Ev>>;

const evolveAll = <State, Command, Ev extends DomainEvent, Rejection>(
  decider: Decider<State, Command, Ev, Rejection>,
  cached: CachedState<State>,
  loaded: { readonly events: ReadonlyArray<Recorded<Ev>>; readonly tip: CachedState<State>['tip'] },
): CachedState<State> => ({
  state: loaded.events.reduce(decider.evolve, cached.state),
  tip: loaded.tip,
  commands: remember(
    cached.commands,
    loaded.events.map((recorded) => recorded.command),
  ),
});

/** The stream's state; `recorded` is what this command recorded when it was carried out before, if it was. */
const current = <State, Command, Ev extends DomainEvent, Rejection, Failure>(
  writer: LedgerWriter,
  execution: Execution<State, Command, Ev, Rejection, Failure>,
): TE.TaskEither<
  LoadFault,
  { readonly cached: CachedState<State>; readonly recorded: ReadonlyArray<Recorded<Ev>> }
> => {
  const { decider, catalogue, cache, stream, commandId } = execution;
  const hot = cache.get(stream);
  if (hot !== undefined && !mayKnow(hot.commands, commandId)) return TE.right({ cached: hot, recorded: [] });
  return pipe(
    loadStream(writer)(catalogue, stream),
    TE.map((loaded) => {
      const cold = { state: decider.initial, tip: null, commands: noCommands };
      const cached = evolveAll(decider, cold, loaded);
      return { cached, recorded: loaded.events.filter((event) => event.command === commandId) };
    }),
  );
};

const record = <State, Command, Ev extends DomainEvent, Rejection, Failure>(
  writer: LedgerWriter,
  execution: Execution<State, Command, Ev, Rejection, Failure>,
  cached: CachedState<State>,
  batch: SignedBatch<Ev>,
): TE.TaskEither<StoreError, Executed<State, Ev>> => {
  const { decider, cache, stream } = execution;
  const { entries, tip } = batch;
  const expected = cached.tip?.revision ?? -1;
  // At the last moment before the store has them: behind a key's retirement nothing that it signed may follow.
  const append: typeof writer.store.append = (request) => () =>
    writer.signer().kid === batch.kid
      ? writer.store.append(request)()
      : TE.left({ _tag: 'Conflict' as const, stream, expected, actual: expected })();
  return pipe(
    append({ stream, expectedRevision: expected, entries }),
    TE.map(({ firstIndex, lastRevision }) => {
      const events = batch.recordedFrom(firstIndex);
      const next = evolveAll(decider, cached, { events, tip });
      cache.set(stream, next);
      return { events, state: next.state, revision: lastRevision };
    }),
  );
};

const decideAndRecord = <State, Command, Ev extends DomainEvent, Rejection, Failure>(
  writer: LedgerWriter,
  execution: Execution<State, Command, Ev, Rejection, Failure>,
  cached: CachedState<State>,
): Outcome<State, Ev, Rejection | Failure> =>
  pipe(
    execution.prepare(),
    TE.flatMap((prepared): Outcome<State, Ev, Rejection | Failure> => {
      const decided = execution.decider.decide(prepared.command, cached.state);
      if (E.isLeft(decided)) return TE.left(decided.left);
      if (decided.right.length === 0) {
        return TE.right({ events: [], state: cached.state, revision: cached.tip?.revision ?? -1 });
      }
      const basis = { ...prepared.basis, ...writer.approvalOf?.(execution.commandId)?.basis };
      return pipe(
        signBatch(writer, { ...execution, basis, tip: cached.tip }, decided.right),
        TE.flatMap((batch): Outcome<State, Ev, Rejection | Failure> => record(writer, execution, cached, batch)),
      );
    }),
  );

/** After a conflict or an unknown outcome, reading the stream comes first: the command's events may already be there. */
const again = (fault: { readonly _tag: string }): boolean =>
  fault._tag === 'Conflict' || fault._tag === 'StoreUnavailable';

const attempt = <
  State,
  Command,
  Ev extends DomainEvent,
  Rejection extends { readonly _tag: string },
  Failure extends { readonly _tag: string },
>(
  writer: LedgerWriter,
  execution: Execution<State, Command, Ev, Rejection, Failure>,
  left: number,
): Outcome<State, Ev, Rejection | Failure> =>
  pipe(
    current(writer, execution),
    TE.flatMap(({ cached, recorded }): Outcome<State, Ev, Rejection | Failure> => {
      execution.cache.set(execution.stream, cached);
      return recorded.length > 0
        ? TE.right({ events: recorded, state: cached.state, revision: cached.tip?.revision ?? -1 })
        : decideAndRecord(writer, execution, cached);
    }),
    TE.orElse((fault): Outcome<State, Ev, Rejection | Failure> => {
      if (!again(fault)) return TE.left(fault);
      execution.cache.drop(execution.stream);
      if (left > 1) return attempt(writer, execution, left - 1);
      return TE.left(fault._tag === 'Conflict' ? { _tag: 'TooManyConflicts', stream: execution.stream } : fault);
    }),
  );

/**
 * The one way to write: load, fold, decide, sign, append at the exact revision. A conflict decides again from the new
 * state, at most 5 times. Safe to retry: the same command id appends nothing new.
 */
export const execute =
  (writer: LedgerWriter) =>
  <
    State,
    Command,
    Ev extends DomainEvent,
    Rejection extends { readonly _tag: string },
    Failure extends { readonly _tag: string },
  >(
    execution: Execution<State, Command, Ev, Rejection, Failure>,
  ): Outcome<State, Ev, Rejection | Failure> =>
    // Looking at the cache waits for the turn too.
    writer.inTurn(execution.stream, () => attempt(writer, execution, MOST_ATTEMPTS)());
