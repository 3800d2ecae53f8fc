import { randomUUID } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { EventStore, StoreError } from '../../../domain/ports.js';
import type { KurrentClient } from './client.js';
import { storeErrorOf } from './kurrent-error.js';
import type { StreamNames } from './stream-names.js';
import type { Waiting } from './waiting.js';

export interface CatchUpDeps {
  readonly client: Pick<KurrentClient, 'append'>;
  readonly names: StreamNames;
  readonly beacons: Waiting<true>;
  readonly copy: Pick<EventStore, 'onAppended'>;
  readonly kick: () => void;
  readonly fault: () => StoreError | undefined;
}

/** Catching up may take long; no entry at all for so long means that nothing comes. */
const SILENCE_MS = 15_000;
const MOST_ATTEMPTS = 3;

/** Again under the same id, which is what is waited for: seeing it once is enough. */
const light = async (deps: CatchUpDeps, id: string, attempt = 1): Promise<StoreError | undefined> => {
  const { client, names } = deps;
  const lit = await client.append(names.beacon, 'any', [{ id, type: 'Beacon', bytes: new Uint8Array() }])();
  if (E.isRight(lit)) return undefined;
  return lit.left._tag === 'OutcomeUnknown' && lit.left.code !== 'access denied' && attempt < MOST_ATTEMPTS
    ? light(deps, id, attempt + 1)
    : storeErrorOf(names.beacon, lit.left);
};

/**
 * Marks the end of `$all` with an event of this call's own and waits until it was followed: then everything before it was.
 * Works with every version of the server, whatever else is written to it meanwhile.
 */
export const catchUp =
  (deps: CatchUpDeps): TE.TaskEither<StoreError, void> =>
  async () => {
    const id = randomUUID();
    let grown = 0;
    const stop = deps.copy.onAppended((size) => {
      grown = size;
    });
    try {
      let coming = deps.beacons.for(id, SILENCE_MS);
      const dark = await light(deps, id);
      if (dark !== undefined) return E.left(dark);
      for (;;) {
        const before = grown;
        if ((await coming) === true) return E.right(undefined);
        const fault = deps.fault();
        if (fault !== undefined) return E.left(fault);
        if (grown === before) break;
        coming = deps.beacons.for(id, SILENCE_MS);
      }
    } finally {
      stop();
    }
    deps.kick();
    return E.left({
      _tag: 'StoreUnavailable',
      detail: 'EventStoreDB: $all can not be followed; may its user read it?',
    });
  };
