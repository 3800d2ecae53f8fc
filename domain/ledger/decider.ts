import type * as E from 'fp-ts/lib/Either.js';
import type { DomainEvent, Recorded } from './envelope.js';

/**
 * One kind of stream's rules. `decide` refuses with a rejection, which leaves no event; `evolve` is total and never fails.
 * Time and ids arrive in the command.
 */
export interface Decider<State, Command, Ev extends DomainEvent, Rejection> {
  readonly initial: State;
  readonly decide: (command: Command, state: State) => E.Either<Rejection, ReadonlyArray<Ev>>;
  readonly evolve: (state: State, recorded: Recorded<Ev>) => State;
}
