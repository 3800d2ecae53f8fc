import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { frontierOf, type Head, signHead, verifyHead } from '../domain/ledger/head.js';
import { leafBytes } from '../domain/ledger/leaf.js';
import type { LedgerReader } from '../domain/ledger/ledger.js';
import { appendLeaf, emptyFrontier, type Frontier } from '../domain/ledger/merkle.js';
import type { Clock, EventSigner, StoreError } from '../domain/ports.js';
import { writeHead } from './event-store/sqlite/head-file.js';
import type { OpenError } from './open-error.js';

const PAGE = 2_000;

/** Keeps the signed head beside the ledger up to date, so that entries cut off at its end are noticed. */
export interface HeadKeeper {
  /** Signs and writes a head over all that the ledger holds by now, if it grew. */
  readonly keep: () => Promise<E.Either<StoreError, true>>;
}

interface HeadKeeperDeps extends LedgerReader {
  readonly signer: EventSigner;
  readonly clock: Clock;
  readonly file: string;
}

const grown = (reader: LedgerReader, frontier: Frontier): TE.TaskEither<StoreError, Frontier> =>
  pipe(
    reader.store.readAll(frontier.size, PAGE),
    TE.flatMap((entries) => {
      const next = entries.reduce(
        (edge, { bytes }) => appendLeaf(reader.hashing, edge, leafBytes(reader.hashing, bytes)),
        frontier,
      );
      return entries.length < PAGE ? TE.right(next) : grown(reader, next);
    }),
  );

/** Whether the ledger reaches as far as the head that was kept. Entries before it are checked by `verify`. */
export const checkHead = (reader: LedgerReader, head: Head | undefined): TE.TaskEither<OpenError, true> => {
  if (head === undefined) return TE.right(true);
  return pipe(
    TE.fromEither<OpenError, Head>(verifyHead(reader, reader.keyring(), head)),
    TE.flatMap(() => reader.store.size()),
    TE.flatMap(
      (store): TE.TaskEither<OpenError, true> =>
        store < head.size ? TE.left({ _tag: 'StoreTruncated', head: head.size, store }) : TE.right(true),
    ),
  );
};

/** `head` was checked. */
export const makeHeadKeeper = (deps: HeadKeeperDeps, head: Head | undefined): HeadKeeper => {
  let frontier = head === undefined ? emptyFrontier : frontierOf(head);
  let written = head?.size ?? -1;
  const keep = async (): Promise<E.Either<StoreError, true>> => {
    const edge = await grown(deps, frontier)();
    if (E.isLeft(edge)) return edge;
    frontier = edge.right;
    if (frontier.size === written) return E.right(true);
    const signed = signHead(deps, frontier, deps.clock.now());
    if (E.isLeft(signed)) return E.left({ _tag: 'StoreUnavailable', detail: 'the head has no canonical form' });
    const done = await writeHead(deps.file, signed.right)();
    if (E.isRight(done)) written = frontier.size;
    return done;
  };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    keep: () => {
      const mine = turn.then(keep);
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
};
