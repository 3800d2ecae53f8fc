import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../../domain/encoding/bytes.js';
import { leafBytes } from '../../domain/ledger/leaf.js';
import { appendLeaf, emptyFrontier, type Frontier } from '../../domain/ledger/merkle.js';
import type { EventStore, StoredEntry } from '../../domain/ports.js';
import { entryEngines } from '../crypto/engines.js';
import type { CopyFault } from './copy-fault.js';

const PAGE = 512;
const { hashing } = entryEngines;

/** How far two places were compared, and the tree of each by its own entries. */
export interface Compared {
  readonly source: Frontier;
  readonly target: Frontier;
}

export const NOTHING_COMPARED: Compared = { source: emptyFrontier, target: emptyFrontier };

type Readable = Pick<EventStore, 'readAll'>;

const same = (a: StoredEntry, b: StoredEntry | undefined): boolean =>
  b?.index === a.index &&
  b.stream === a.stream &&
  b.revision === a.revision &&
  b.id === a.id &&
  equalBytes(b.bytes, a.bytes);

const grown = (frontier: Frontier, entries: ReadonlyArray<StoredEntry>): Frontier =>
  entries.reduce((edge, { bytes }) => appendLeaf(hashing, edge, leafBytes(hashing, bytes)), frontier);

/** Reads both places up to `size`, a page at a time. Left names the first entry that is not the same in both. */
export const compareEntries =
  (source: Readable, target: Readable, from: Compared, size: number): TE.TaskEither<CopyFault, Compared> =>
  async () => {
    let compared = from;
    while (compared.source.size < size) {
      const at = compared.source.size;
      const limit = Math.min(PAGE, size - at);
      const [here, there] = await Promise.all([source.readAll(at, limit)(), target.readAll(at, limit)()]);
      if (E.isLeft(here)) return here;
      if (E.isLeft(there)) return there;
      const wrong = here.right.findIndex((entry, i) => entry.index !== at + i || !same(entry, there.right[i]));
      if (wrong >= 0 || here.right.length < limit) {
        const where = `index ${String(at + Math.max(wrong, 0))}`;
        return E.left({ _tag: 'CopyDiffers', where, rule: 'is not the same in both places' });
      }
      compared = { source: grown(compared.source, here.right), target: grown(compared.target, there.right) };
    }
    return E.right(compared);
  };
