import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { fromUtf8, utf8 } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { HandOverMessage } from '../../domain/hand-over/messages.js';
import type { PlaceUnavailable } from '../../domain/transparency/ports.js';
import type { KurrentClient, KurrentEvent } from '../event-store/kurrent/client.js';
import { placeFault } from '../transparency/kurrent/kurrent-checkpoint-record.js';
import { putNext } from '../transparency/kurrent/last-event.js';

/** What nodes tell each other, in one order for all. */
export interface HandOverStream {
  /** What was said since the last call. What is no message is passed over: whoever writes to the store may put anything there. */
  readonly news: () => Promise<E.Either<PlaceUnavailable, ReadonlyArray<HandOverMessage>>>;
  /** False: somebody said something meanwhile; listen first. */
  readonly say: (message: HandOverMessage) => TE.TaskEither<PlaceUnavailable, boolean>;
}

const PAGE = 128;
const MOST_BYTES = 131_072;

const messageIn = ({ bytes }: KurrentEvent): ReadonlyArray<HandOverMessage> => {
  if (bytes === undefined || bytes.length > MOST_BYTES) return [];
  const read = pipe(
    parseJson(fromUtf8(bytes) ?? ''),
    E.mapLeft(() => undefined),
    E.flatMap((json) =>
      pipe(
        decode(HandOverMessage)(json),
        E.mapLeft(() => undefined),
      ),
    ),
  );
  return E.isRight(read) ? [read.right] : [];
};

export const createHandOverStream = (
  client: Pick<KurrentClient, 'append' | 'read'>,
  stream: string,
): HandOverStream => {
  let last = -1;
  /** Where the stream is known to go to: what retention took from it can't be read any more. */
  let known = -1;
  return {
    news: async () => {
      const messages: Array<HandOverMessage> = [];
      for (;;) {
        const page = await client.read(stream, { from: last + 1, limit: PAGE })();
        if (E.isLeft(page)) return E.left(placeFault(stream)(page.left));
        messages.push(...page.right.flatMap(messageIn));
        last = page.right.at(-1)?.revision ?? last;
        if (page.right.length === PAGE) continue;
        last = Math.max(last, known);
        return E.right(messages);
      }
    },
    say: (message) => async () => {
      const done = await putNext(client, stream, last, 'SekishoKeys', utf8(JSON.stringify(message)))();
      if (E.isRight(done)) return E.right(true);
      if (done.left._tag !== 'WrongRevision') return E.left(placeFault(stream)(done.left));
      known = done.left.actual;
      return E.right(false);
    },
  };
};
