import { randomUUID } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { createInTurn } from '../../adapters/event-store/in-turn.js';
import { createStateCache } from '../../adapters/event-store/state-cache.js';
import { closed } from '../../domain/encoding/closed.js';
import { type AuthorityState, authorityDecider } from '../../domain/ledger/authority.js';
import { authorityCatalogue } from '../../domain/ledger/authority-events.js';
import type { Decider } from '../../domain/ledger/decider.js';
import { catalogue, type EventOf, eventType } from '../../domain/ledger/event-type.js';
import { type Executed, type ExecuteFault, execute } from '../../domain/ledger/execute.js';
import type { Keyring } from '../../domain/ledger/keyring.js';
import type { LedgerWriter } from '../../domain/ledger/ledger.js';
import { loadKeyring } from '../../domain/ledger/load-keyring.js';
import type { StateCache } from '../../domain/ledger/state-cache.js';
import type { EventStore } from '../../domain/ports.js';
import { engines, keyFromSeed, type TestKey } from './engines.js';

export const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(`unexpected: ${JSON.stringify(either.left)}`);
  return either.right;
};

export const left = <L>(either: E.Either<L, unknown>): L => {
  if (E.isRight(either)) throw new Error(`should have been refused: ${JSON.stringify(either.right)}`);
  return either.left;
};

export const Counted = eventType({
  type: 'Counted',
  version: 1,
  data: closed({ by: t.number, note: t.string }, 'Counted'),
});
export const countCatalogue = catalogue([Counted]);
type Counted = EventOf<typeof Counted>;

export interface Count {
  readonly by: number;
  readonly times?: number;
  readonly note?: string;
}
export interface CountRejection {
  readonly _tag: 'Negative';
}

/** Counts; refuses to go below zero. Enough of a decider to see what the write path does with one. */
export const counter: Decider<number, Count, Counted, CountRejection> = {
  initial: 0,
  decide: ({ by, times = 1, note = '' }, total) =>
    total + by * times < 0
      ? E.left({ _tag: 'Negative' })
      : E.right(Array.from({ length: times }, () => ({ type: 'Counted' as const, data: { by, note } }))),
  evolve: (total, { event }) => total + event.data.by,
};

export interface TestLedger {
  readonly writer: LedgerWriter;
  readonly eventKey: TestKey;
  readonly authorityKey: TestKey;
  readonly cache: StateCache<number>;
  readonly now: { at: string };
  readonly count: (
    stream: string,
    command: Count,
    commandId?: string,
  ) => Promise<E.Either<ExecuteFault | CountRejection, Executed<number, Counted>>>;
}

export const actor = { subject: 'test', role: 'authority' as const };

const found = async (writer: LedgerWriter, authorityKey: TestKey, eventKey: TestKey): Promise<void> => {
  const command = {
    type: 'FoundAuthority' as const,
    name: 'Test',
    group: 'test',
    authorityKey: authorityKey.named,
    eventKey: eventKey.named,
  };
  right(
    await execute({ ...writer, signer: () => authorityKey })({
      decider: authorityDecider,
      catalogue: authorityCatalogue,
      cache: createStateCache<AuthorityState>(1),
      stream: 'authority',
      commandId: randomUUID(),
      actor,
      prepare: () => TE.right({ command, basis: {} }),
    })(),
  );
};

/** A founded ledger over a store, with keys that repeat. */
export const openTestLedger = async (store: EventStore): Promise<TestLedger> => {
  const [authorityKey, eventKey] = [keyFromSeed(1), keyFromSeed(2)];
  const now = { at: '2026-01-01T00:00:00.000Z' };
  let keyring: Keyring = new Map();
  const clock = { now: () => now.at };
  const writer = { ...engines, store, keyring: () => keyring, signer: () => eventKey, clock, inTurn: createInTurn() };
  if (right(await store.size()()) === 0) await found(writer, authorityKey, eventKey);
  keyring = right(await loadKeyring(writer, authorityKey.kid)());
  const cache = createStateCache<number>(100);
  const count: TestLedger['count'] = (stream, command, commandId = randomUUID()) =>
    execute(writer)({
      decider: counter,
      catalogue: countCatalogue,
      cache,
      stream,
      commandId,
      actor,
      prepare: () => TE.right({ command, basis: { authority: 1 } }),
    })();
  return { writer, eventKey, authorityKey, cache, now, count };
};
