import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { noCommands, remember } from './ledger/command-memory.js';
import type { Decider } from './ledger/decider.js';
import type { DomainEvent, StreamId } from './ledger/envelope.js';
import type { Catalogue } from './ledger/event-type.js';
import type { LedgerReader } from './ledger/ledger.js';
import { type LoadFault, loadStream } from './ledger/load-stream.js';
import type { CachedState, StateCache } from './ledger/state-cache.js';

/** How one kind of stream is read and folded. */
export interface Folding<State, Ev extends DomainEvent> {
  readonly decider: Pick<Decider<State, never, Ev, unknown>, 'initial' | 'evolve'>;
  readonly catalogue: Catalogue<Ev>;
  readonly cache: StateCache<State>;
}

export interface CurrentState<State> {
  readonly state: State;
  /** -1: no such stream. */
  readonly revision: number;
}

/** What another reader put into the cache while we read may be newer: it stays. */
const keepNewest = <State>(cache: StateCache<State>, stream: StreamId, next: CachedState<State>): void => {
  const held = cache.get(stream)?.tip?.revision ?? -1;
  if (held < (next.tip?.revision ?? -1)) cache.set(stream, next);
};

/** The stream's state at its end: the folded prefix from the cache, and whatever the store holds behind it. */
export const currentState =
  (reader: LedgerReader) =>
  <State, Ev extends DomainEvent>(
    folding: Folding<State, Ev>,
    stream: StreamId,
  ): TE.TaskEither<LoadFault, CurrentState<State>> =>
  () => {
    const hot = folding.cache.get(stream);
    const after = hot?.tip ?? null;
    if (hot !== undefined && after !== null && reader.store.endsBefore?.(stream, after.revision + 1) === true)
      return TE.right({ state: hot.state, revision: after.revision })();
    return pipe(
      loadStream(reader)(folding.catalogue, stream, { after }),
      TE.map(({ events, tip, revision }) => {
        const state = events.reduce(folding.decider.evolve, hot?.state ?? folding.decider.initial);
        const commands = events.map((recorded) => recorded.command);
        keepNewest(folding.cache, stream, { state, tip, commands: remember(hot?.commands ?? noCommands, commands) });
        return { state, revision };
      }),
    )();
  };
