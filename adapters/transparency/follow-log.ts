import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../../domain/encoding/bytes.js';
import { growTree, resourceOf } from '../../domain/transparency/grow-tree.js';
import type { LogEngines, LogFault, LogState, SignedCheckpoint } from '../../domain/transparency/log-state.js';
import type { TileStorage } from '../../domain/transparency/ports.js';
import { CHECKPOINT_PATH, readPublished } from '../../domain/transparency/read-signed.js';
import { resume } from '../../domain/transparency/resume.js';
import { type Tile, tilePath } from '../../domain/transparency/tile.js';
import { partialTiles, rootOfEdge } from '../../domain/transparency/tile-edge.js';
import { outgrown } from './publisher.js';

export interface FollowOptions {
  /** With the tile storage that all nodes share the checkpoint of. */
  readonly engines: LogEngines;
  /** This node's own tiles, and the checkpoint that they reach to. */
  readonly own: TileStorage;
  readonly onPublished?: (published: SignedCheckpoint) => void;
}

/** The log as another node publishes it, over this node's own copy of the ledger. */
export interface FollowedLog {
  readonly published: () => SignedCheckpoint | undefined;
  /** Takes over what was published since. Left: this node's ledger is not the one that was signed, or can't be read. */
  readonly step: () => Promise<E.Either<LogFault, void>>;
}

const writeNothing = { write: () => TE.right(undefined) };

/** The signed root judges this node's order of entries before any tile of it is written. */
const growTo = (
  { engines, own }: FollowOptions,
  before: LogState,
  signed: SignedCheckpoint,
): TE.TaskEither<LogFault, LogState> => {
  const { size, root } = signed.checkpoint;
  return pipe(
    growTree({ ...engines, tiles: writeNothing }, size)(before.edge),
    TE.filterOrElse(
      (edge) => equalBytes(rootOfEdge(engines.hashing, edge), root),
      (): LogFault => ({ _tag: 'StoreDiffers', signed: size }),
    ),
    TE.flatMap(() => growTree({ ...engines, tiles: own }, size)(before.edge)),
    TE.tap((edge) =>
      own.write([...partialTiles(edge).map(resourceOf), { path: CHECKPOINT_PATH, bytes: signed.bytes }]),
    ),
    TE.map((edge) => ({ edge, signed })),
  );
};

/** Where this node's own tiles stand; they are checked as the sealer checks its own. */
const begin = ({ engines, own }: FollowOptions): TE.TaskEither<LogFault, LogState> => {
  const alone: LogEngines = { ...engines, tiles: own };
  return pipe(
    readPublished(alone),
    TE.flatMap((local) =>
      resume({
        ...alone,
        record: { read: () => TE.right(local?.bytes), compareAndSwap: () => TE.right(undefined) },
      }),
    ),
  );
};

export const followLog = (options: FollowOptions): FollowedLog => {
  let state: LogState | undefined;
  const written = new Map<string, Tile>();

  /** As who seals does: a partial tile goes once the checkpoint before has the full one. */
  const forgetPartials = async (before: number, { edge }: LogState): Promise<void> => {
    const paths = outgrown(written, before);
    await options.own.remove(paths)();
    for (const path of paths) written.delete(path);
    for (const { tile } of partialTiles(edge)) written.set(tilePath(tile), tile);
  };

  const work = async (): Promise<E.Either<LogFault, void>> => {
    const begun = state === undefined ? await begin(options)() : E.right(state);
    if (E.isLeft(begun)) return begun;
    state = begun.right;
    const shared = await readPublished(options.engines)();
    if (E.isLeft(shared)) return shared;
    const signed = shared.right;
    if (signed === undefined || signed.checkpoint.size < state.edge.size) return E.right(undefined);
    if (state.signed !== undefined && equalBytes(signed.bytes, state.signed.bytes)) return E.right(undefined);
    const size = await options.engines.store.size()();
    if (E.isLeft(size)) return size;
    // What this node has not seen yet it will.
    if (size.right < signed.checkpoint.size) return E.right(undefined);
    const grown = await growTo(options, state, signed)();
    if (E.isLeft(grown)) return grown;
    const before = state.edge.size;
    state = grown.right;
    await forgetPartials(before, state);
    options.onPublished?.(signed);
    return E.right(undefined);
  };
  return { published: () => state?.signed, step: work };
};
