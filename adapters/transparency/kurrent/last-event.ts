import { randomUUID } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KurrentClient } from '../../event-store/kurrent/client.js';
import type { KurrentError } from '../../event-store/kurrent/kurrent-error.js';

/** The newest event of a stream that only ever says how things are now. */
export interface LastEvent {
  /** -1: the stream has none. */
  readonly revision: number;
  readonly bytes: Uint8Array | undefined;
}

export const readLast = (client: Pick<KurrentClient, 'read'>, stream: string): TE.TaskEither<KurrentError, LastEvent> =>
  pipe(
    client.read(stream, { from: 'end', limit: 1 }),
    TE.map(([last]) => ({ revision: last?.revision ?? -1, bytes: last?.bytes })),
  );

const MOST_ATTEMPTS = 3;

/**
 * Puts a new event behind the one that was read: of several writers one wins. The same id after an unknown outcome, so
 * whoever won learns it.
 */
export const putNext =
  (client: Pick<KurrentClient, 'append'>, stream: string, behind: number, type: string, bytes: Uint8Array) =>
  async (): Promise<E.Either<KurrentError, void>> => {
    const id = randomUUID();
    for (let attempt = 1; ; attempt++) {
      const done = await client.append(stream, behind, [{ id, type, bytes }])();
      if (E.isRight(done) || done.left._tag !== 'OutcomeUnknown' || attempt >= MOST_ATTEMPTS) return done;
    }
  };
