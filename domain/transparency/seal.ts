import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checkpoint, formatCheckpoint } from './checkpoint.js';
import { growTree, resourceOf } from './grow-tree.js';
import type { LogEngines, LogFault, LogState, SignedCheckpoint } from './log-state.js';
import { formatNote } from './note.js';
import { signNote } from './sign-note.js';
import { partialTiles, rootOfEdge, type TileEdge } from './tile-edge.js';

const signCheckpoint = (engines: LogEngines, edge: TileEdge): TE.TaskEither<LogFault, SignedCheckpoint> => {
  const root = rootOfEdge(engines.hashing, edge);
  const checkpoint: Checkpoint = { origin: engines.origin, size: edge.size, root, extensions: [] };
  const text = formatCheckpoint(checkpoint);
  const signers = engines.signers();
  if (signers.length === 0) return TE.left({ _tag: 'SignerUnavailable', detail: 'no key of the log can sign here' });
  return pipe(
    signers,
    TE.traverseSeqArray((signer) => signNote(engines, signer)(text)),
    TE.map((signatures) => ({ checkpoint, bytes: formatNote({ text, signatures }) })),
  );
};

/** The order is what protects: tiles first, then the record, durably; only then may anybody see the checkpoint. */
const signAndRecord = (
  engines: LogEngines,
  before: SignedCheckpoint | undefined,
  edge: TileEdge,
): TE.TaskEither<LogFault, LogState> =>
  pipe(
    engines.tiles.write(partialTiles(edge).map(resourceOf)),
    TE.mapLeft((fault): LogFault => fault),
    TE.flatMap(() => signCheckpoint(engines, edge)),
    TE.flatMap((signed) =>
      pipe(
        engines.record.compareAndSwap(before?.bytes, signed.bytes),
        TE.bimap(
          (fault): LogFault => fault,
          () => ({ edge, signed }),
        ),
      ),
    ),
  );

/**
 * Signs a checkpoint over everything that the store holds; the same state when there is nothing new. After a Left the
 * outcome is unknown: resume from the record before trying again.
 */
export const seal =
  (engines: LogEngines) =>
  ({ edge, signed }: LogState): TE.TaskEither<LogFault, LogState> =>
    pipe(
      engines.store.size(),
      TE.mapLeft((fault): LogFault => fault),
      TE.flatMap((size): TE.TaskEither<LogFault, LogState> => {
        if (size < edge.size) return TE.left({ _tag: 'StoreShorter', signed: edge.size, store: size });
        if (size === edge.size) return TE.right({ edge, signed });
        return pipe(
          // A tree that holds the event of a key must not be signed without it.
          engines.takeUpKeys ?? TE.right(undefined),
          TE.flatMap(() => growTree(engines, size)(edge)),
          TE.flatMap((grown) => signAndRecord(engines, signed, grown)),
        );
      }),
    );
