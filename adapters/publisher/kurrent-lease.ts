import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromUtf8, utf8 } from '../../domain/encoding/bytes.js';
import type { LeaseFault, PublisherLease, PublisherTurn } from '../../domain/publication/ports.js';
import type { KurrentClient } from '../event-store/kurrent/client.js';
import type { KurrentError } from '../event-store/kurrent/kurrent-error.js';
import { putNext, readLast } from '../transparency/kurrent/last-event.js';
import { nextTurn, type Turn, turnIn } from './turn.js';

export interface KurrentLeaseOptions {
  readonly client: Pick<KurrentClient, 'append' | 'read'>;
  readonly stream: string;
  readonly target: string;
  /** Whether this node seals the log, as far as it knows: who seals publishes. */
  readonly leads: () => boolean;
}

const faultOf = (error: KurrentError): LeaseFault => ({
  _tag: 'LeaseUnavailable',
  detail: `EventStoreDB: ${error._tag === 'OutcomeUnknown' ? error.code : error._tag}`,
});

interface Found {
  readonly revision: number;
  readonly turn: Turn | undefined;
}

/**
 * The lease of one of several nodes: the one that seals publishes as well, so its death hands both over. Each step is an event at
 * the exact revision behind the one before: a node that was paused or cut off, and believes that it still leads, finds another
 * last event than its own, and sends no further batch.
 */
export const kurrentLease = ({ client, stream, target, leads }: KurrentLeaseOptions): PublisherLease => {
  const read: TE.TaskEither<LeaseFault, Found> = pipe(
    readLast(client, stream),
    TE.bimap(faultOf, ({ revision, bytes }) => ({
      revision,
      turn: bytes === undefined ? undefined : turnIn(fromUtf8(bytes) ?? ''),
    })),
  );
  const put = (behind: number, turn: Turn): TE.TaskEither<KurrentError, void> =>
    putNext(client, stream, behind, 'SekishoPublisher', utf8(JSON.stringify(turn)));

  const turnAt = (begun: Turn, first: number): PublisherTurn => {
    let own = first;
    return {
      published: begun.published,
      holds: pipe(
        read,
        TE.map(({ revision }) => leads() && revision === own),
      ),
      advance: (published) => async () => {
        const done = await put(own, { ...begun, published })();
        if (E.isRight(done)) own += 1;
        else if (done.left._tag === 'WrongRevision') return E.left({ _tag: 'PublisherFenced', epoch: begun.epoch + 1 });
        return pipe(done, E.mapLeft(faultOf));
      },
    };
  };

  const begin = async (): Promise<E.Either<LeaseFault, PublisherTurn | undefined>> => {
    if (!leads()) return E.right(undefined);
    const found = await read();
    if (E.isLeft(found)) return found;
    const turn = nextTurn(found.right.turn, target);
    const begun = await put(found.right.revision, turn)();
    if (E.isRight(begun)) return E.right(turnAt(turn, found.right.revision + 1));
    return begun.left._tag === 'WrongRevision' ? E.right(undefined) : E.left(faultOf(begun.left));
  };

  return {
    begin,
    published: pipe(
      read,
      TE.map(({ turn }) => (turn?.target === target ? turn.published : 0)),
    ),
  };
};
