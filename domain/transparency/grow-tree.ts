import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { leafBytes } from '../ledger/leaf.js';
import type { StoredEntry } from '../ports.js';
import type { LogEngines, LogFault } from './log-state.js';
import type { Resource } from './ports.js';
import { tilePath } from './tile.js';
import { growEdge, type TileBytes, type TileEdge } from './tile-edge.js';

const PAGE = 512;

export const resourceOf = ({ tile, bytes }: TileBytes): Resource => ({ path: tilePath(tile), bytes });

/** The page must go on exactly where the tree ends: a gap or a repetition is no order to sign. */
const damage = (edge: TileEdge, page: ReadonlyArray<StoredEntry>): LogFault | undefined => {
  const wrong = page.findIndex(({ index }, i) => index !== edge.size + i);
  if (page.length > 0 && wrong < 0) return undefined;
  return {
    _tag: 'StoreDamaged',
    where: `index ${String(edge.size + Math.max(wrong, 0))}`,
    rule: 'must be the next entry',
  };
};

/** Appends the store's entries up to `size`; tiles are stored as they become full. Partial ones are the caller's. */
export const growTree =
  (
    engines: Pick<LogEngines, 'hashing' | 'store'> & { readonly tiles: Pick<LogEngines['tiles'], 'write'> },
    size: number,
  ) =>
  (edge: TileEdge): TE.TaskEither<LogFault, TileEdge> =>
    edge.size >= size
      ? TE.right(edge)
      : pipe(
          engines.store.readAll(edge.size, Math.min(PAGE, size - edge.size)),
          TE.mapLeft((fault): LogFault => fault),
          TE.flatMap((page) => {
            const fault = damage(edge, page);
            if (fault !== undefined) return TE.left(fault);
            const leaves = page.map(({ bytes }) => leafBytes(engines.hashing, bytes));
            const grown = growEdge(engines.hashing, edge, leaves);
            return pipe(
              grown.full.length === 0 ? TE.right(undefined) : engines.tiles.write(grown.full.map(resourceOf)),
              TE.mapLeft((error): LogFault => error),
              TE.flatMap(() => growTree(engines, size)(grown.edge)),
            );
          }),
        );
