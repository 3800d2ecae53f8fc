import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { PlaceUnavailable } from '../../../domain/transparency/ports.js';
import type { KurrentClient, KurrentEvent } from '../../event-store/kurrent/client.js';
import type { CosignedCheckpoints } from '../cosigned-file.js';
import { placeFault } from './kurrent-checkpoint-record.js';
import { readLast } from './last-event.js';

type Reader = Pick<KurrentClient, 'read'>;
type Found = TE.TaskEither<PlaceUnavailable, ReadonlyArray<KurrentEvent>>;

/** So many behind each other may be without their quorum, and one before them is still found. */
const LOOK_BACK = 64;

const readFrom = (client: Reader, stream: string, from: number, limit: number): Found =>
  pipe(client.read(stream, { from, limit }), TE.mapLeft(placeFault(stream)));

/**
 * Every checkpoint that any node published stays in the cluster, in the order of their sizes. `isLate`: cosigned too late for
 * the question; times grow with sizes as far as witnesses' clocks do, so the last one that is not late is found by halving.
 * The answer is that one and some before it, oldest first. Nothing vouches for them, and where clocks jumped a later one is
 * missed: then more is in doubt than need be, never less.
 */
export const publishedBefore =
  (client: Reader, stream: string) =>
  (isLate: (checkpoint: Uint8Array) => boolean): TE.TaskEither<PlaceUnavailable, CosignedCheckpoints> => {
    const late = ({ bytes }: KurrentEvent): boolean => bytes !== undefined && isLate(bytes);
    /** Everything from `end` on is late. */
    const halve = (begin: number, end: number): TE.TaskEither<PlaceUnavailable, number> => {
      if (begin >= end) return TE.right(end);
      const middle = Math.floor((begin + end) / 2);
      return pipe(
        readFrom(client, stream, middle, 1),
        TE.flatMap(([event]) => (event !== undefined && late(event) ? halve(begin, middle) : halve(middle + 1, end))),
      );
    };
    return pipe(
      readLast(client, stream),
      TE.mapLeft(placeFault(stream)),
      TE.flatMap(({ revision }) => halve(0, revision + 1)),
      TE.flatMap((end) => {
        const from = Math.max(0, end - LOOK_BACK);
        return end === 0 ? TE.right([]) : readFrom(client, stream, from, end - from);
      }),
      TE.map((events) => events.filter((event) => !late(event)).map(({ bytes }) => bytes)),
    );
  };
