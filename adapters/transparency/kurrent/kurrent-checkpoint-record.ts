import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../../../domain/encoding/bytes.js';
import type { CheckpointRecord, PlaceUnavailable, RecordConflict } from '../../../domain/transparency/ports.js';
import type { KurrentClient } from '../../event-store/kurrent/client.js';
import type { KurrentError } from '../../event-store/kurrent/kurrent-error.js';
import { putNext, readLast } from './last-event.js';

export const placeFault =
  (where: string) =>
  (error: KurrentError): PlaceUnavailable => ({
    _tag: 'PlaceUnavailable',
    where,
    detail: error._tag === 'OutcomeUnknown' ? error.code : error._tag,
  });

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : equalBytes(a, b);

/**
 * The record as a stream: each checkpoint is put behind the one that its signer knew, at that exact revision. Whoever was
 * paused or cut off, and signs on what was true then, fails here and nobody ever sees what it signed.
 */
export const createKurrentCheckpointRecord = (
  client: Pick<KurrentClient, 'append' | 'read'>,
  stream: string,
): CheckpointRecord => {
  const conflict: RecordConflict = { _tag: 'RecordConflict', where: stream };
  return {
    read: () =>
      pipe(
        readLast(client, stream),
        TE.bimap(placeFault(stream), ({ bytes }) => bytes),
      ),
    compareAndSwap: (expected, next) =>
      pipe(
        readLast(client, stream),
        TE.mapLeft((error): PlaceUnavailable | RecordConflict => placeFault(stream)(error)),
        TE.filterOrElse(
          ({ bytes }) => same(bytes, expected),
          (): PlaceUnavailable | RecordConflict => conflict,
        ),
        TE.flatMap(({ revision }) =>
          pipe(
            putNext(client, stream, revision, 'SekishoCheckpoint', next.slice()),
            TE.mapLeft((error) => (error._tag === 'WrongRevision' ? conflict : placeFault(stream)(error))),
          ),
        ),
      ),
  };
};
