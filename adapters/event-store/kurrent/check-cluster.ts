import { randomUUID } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../../../domain/encoding/bytes.js';
import type { EventStore, StoreError } from '../../../domain/ports.js';
import type { KurrentClient, KurrentEvent } from './client.js';
import { storeErrorOf } from './kurrent-error.js';
import { appendOf } from './ledger-entry.js';
import type { StreamNames } from './stream-names.js';
import { startTail } from './tail.js';

export interface CheckDeps {
  readonly client: KurrentClient;
  readonly names: StreamNames;
  readonly copy: Pick<EventStore, 'readAll'>;
}

const damaged = (where: string, rule: string): StoreError => ({ _tag: 'StoreDamaged', where, rule });

/** Whether these events are the copy's next entries. */
const compare = async (
  { names, copy }: CheckDeps,
  next: number,
  events: ReadonlyArray<KurrentEvent>,
): Promise<StoreError | undefined> => {
  const own = await copy.readAll(next, events.length)();
  if (E.isLeft(own)) return own.left;
  for (const [i, event] of events.entries()) {
    const append = appendOf(names, event);
    if (E.isLeft(append)) return append.left;
    const [entry, there] = [append.right.entries[0], own.right[i]];
    const same =
      there !== undefined &&
      entry !== undefined &&
      there.stream === append.right.stream &&
      there.revision === event.revision &&
      there.id === entry.id &&
      equalBytes(there.bytes, entry.bytes);
    if (!same) return damaged(`index ${next + i}`, "is not the same in EventStoreDB and in this node's copy");
  }
  return undefined;
};

/**
 * Reads every entry of the cluster again and holds it against this node's copy, which is what the audit reads. Left names
 * the first that differs: edited, scavenged or redacted on either side.
 */
export const checkCluster =
  (deps: CheckDeps): TE.TaskEither<StoreError, true> =>
  () =>
    new Promise((resolve) => {
      const { client, names } = deps;
      const beacon = randomUUID();
      let next = 0;
      let taken = -1n;
      const end = (outcome: E.Either<StoreError, true>): void => {
        void tail.stop();
        resolve(outcome);
      };
      const take = async (events: ReadonlyArray<KurrentEvent>): Promise<E.Either<StoreError, void>> => {
        // After a broken connection some come again.
        const entries = events.filter(
          ({ stream, position }) => stream.startsWith(names.ledger) && (position?.commit ?? 0n) > taken,
        );
        const fault = entries.length === 0 ? undefined : await compare(deps, next, entries);
        if (fault !== undefined) return E.left(fault);
        next += entries.length;
        taken = entries.at(-1)?.position?.commit ?? taken;
        if (events.some(({ id }) => id.toLowerCase() === beacon)) setImmediate(() => end(E.right(true)));
        return E.right(undefined);
      };
      const prefixes = [names.ledger, names.beacon];
      const tail = startTail({ client, prefixes, from: undefined, take, onFault: (fault) => end(E.left(fault)) });
      const light = async (): Promise<void> => {
        const lit = await client.append(names.beacon, 'any', [
          { id: beacon, type: 'Beacon', bytes: new Uint8Array() },
        ])();
        if (E.isLeft(lit)) end(E.left(storeErrorOf(names.beacon, lit.left)));
      };
      void light();
    });
