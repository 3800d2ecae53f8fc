import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import type { Decider } from '../../domain/ledger/decider.js';
import type { Actor, DomainEvent, Recorded } from '../../domain/ledger/envelope.js';

/** An event that happened; a list says who did it, or when. */
export type Given<Ev extends DomainEvent> = Ev | readonly [event: Ev, by: Actor] | readonly [event: Ev, at: string];

const AUTHORITY: Actor = { subject: 'authority', role: 'authority' };
export const GIVEN_AT = '2026-01-01T00:00:00.000Z';

const recordedOf = <Ev extends DomainEvent>(given: Given<Ev>, revision: number): Recorded<Ev> => {
  const [event, said] = Array.isArray(given) ? (given as readonly [Ev, Actor | string]) : [given as Ev, undefined];
  return {
    index: revision,
    stream: 'stream',
    revision,
    id: '',
    recordedAt: typeof said === 'string' ? said : GIVEN_AT,
    actor: typeof said === 'object' ? said : AUTHORITY,
    command: `command ${String(revision)}`,
    basis: {},
    leaf: '',
    kid: '',
    event,
  };
};

export interface Then<Ev extends DomainEvent> {
  readonly then: (...events: ReadonlyArray<Ev>) => void;
  readonly thenRejected: (rejection: { readonly _tag: string } & Readonly<Record<string, unknown>>) => void;
}

/** `given(decider)(...events).when(command).then(...events)` or `.thenRejected({ _tag })`. */
export const given =
  <State, Command, Ev extends DomainEvent, Rejection>(decider: Decider<State, Command, Ev, Rejection>) =>
  (...events: ReadonlyArray<Given<Ev>>): { readonly when: (command: Command) => Then<Ev>; readonly state: State } => {
    const state = events.map(recordedOf).reduce(decider.evolve, decider.initial);
    return {
      state,
      when: (command) => {
        const decided = decider.decide(command, state);
        return {
          then: (...expected) => expect(decided).toEqual(E.right(expected)),
          thenRejected: (rejection) => expect(decided).toMatchObject({ _tag: 'Left', left: rejection }),
        };
      },
    };
  };
