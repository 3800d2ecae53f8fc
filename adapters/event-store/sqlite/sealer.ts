import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { frontierOf, type Head, type HeadFault, signHead, verifyHead } from '../../../domain/ledger/head.js';
import { leafBytes } from '../../../domain/ledger/leaf.js';
import type { LedgerReader } from '../../../domain/ledger/ledger.js';
import { appendLeaf, emptyFrontier, type Frontier } from '../../../domain/ledger/merkle.js';
import type { Clock, EventSigner, StoreError } from '../../../domain/ports.js';
import { readHead, writeHead } from './head-file.js';

export interface SealerDeps extends LedgerReader {
  readonly signer: () => EventSigner;
  readonly clock: Clock;
  /** Where the head is kept: apart from the store. */
  readonly file: string;
  /** How long new entries may wait for a head, in milliseconds. */
  readonly every: number;
  /** A head could not be written: entries are safe, but nothing would show if they were cut off. */
  readonly onFault: (fault: StoreError) => void;
}

/** Keeps a signed head of the store up to date. */
export interface Sealer {
  readonly head: () => Head | undefined;
  /** Seals what there is now. */
  readonly seal: TE.TaskEither<StoreError, true>;
  /** Seals once more and stops. */
  readonly close: TE.TaskEither<StoreError, true>;
}

const PAGE = 1000;

const extend = (deps: SealerDeps, frontier: Frontier): TE.TaskEither<StoreError, Frontier> =>
  pipe(
    deps.store.readAll(frontier.size, PAGE),
    TE.flatMap((page) => {
      const longer = page.reduce(
        (edge, { bytes }) => appendLeaf(deps.hashing, edge, leafBytes(deps.hashing, bytes)),
        frontier,
      );
      return page.length < PAGE ? TE.right(longer) : extend(deps, longer);
    }),
  );

/** The store must hold at least what the head says, and the head must be ours. Whether it holds the same, verifying tells. */
export const checkHead = (
  deps: LedgerReader,
  head: Head | undefined,
): TE.TaskEither<HeadFault | StoreError, Frontier> =>
  head === undefined
    ? TE.right(emptyFrontier)
    : pipe(
        deps.store.size(),
        TE.flatMapEither(
          (store): E.Either<HeadFault | StoreError, Head> =>
            store < head.size
              ? E.left({ _tag: 'StoreTruncated', head: head.size, store })
              : verifyHead(deps, deps.keyring(), head),
        ),
        TE.map(frontierOf),
      );

const sign = (deps: SealerDeps, frontier: Frontier): TE.TaskEither<StoreError, Head> =>
  pipe(
    signHead({ ...deps, signer: deps.signer() }, frontier, deps.clock.now()),
    TE.mapLeft((fault) => ({ _tag: 'StoreUnavailable', detail: typeof fault === 'string' ? fault : fault.detail })),
  );

const run = (deps: SealerDeps, begun: Frontier, last: Head | undefined): Sealer => {
  let head = last;
  let frontier = begun;
  let sealing: Promise<E.Either<StoreError, true>> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const sealNow = pipe(
    TE.Do,
    TE.bind('longer', () => extend(deps, frontier)),
    TE.bind('signed', ({ longer }) => sign(deps, longer)),
    TE.tap(({ longer, signed }) => (longer.size === head?.size ? TE.right(true) : writeHead(deps.file, signed))),
    TE.map(({ longer, signed }): true => {
      frontier = longer;
      if (longer.size !== head?.size) head = signed;
      return true;
    }),
  );

  const seal: Sealer['seal'] = async () => {
    await sealing;
    sealing = sealNow();
    return sealing;
  };
  const tick = async (): Promise<void> => {
    timer = undefined;
    const done = await seal();
    if (E.isLeft(done)) deps.onFault(done.left);
  };
  const stop = deps.store.onAppended(() => {
    timer ??= setTimeout(() => void tick(), deps.every).unref();
  });
  const close: Sealer['close'] = () => {
    stop();
    clearTimeout(timer);
    return seal();
  };
  return { head: () => head, seal, close };
};

/** Begins sealing where the head that was kept ends. Left when that head shows that the store lost entries. */
export const openSealer = (deps: SealerDeps): TE.TaskEither<HeadFault | StoreError, Sealer> =>
  pipe(
    readHead(deps.file),
    TE.flatMap((head) =>
      pipe(
        checkHead(deps, head),
        TE.map((frontier) => run(deps, frontier, head)),
      ),
    ),
    TE.tap((sealer) => sealer.seal),
  );
