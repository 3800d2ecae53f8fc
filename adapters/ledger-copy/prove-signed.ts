import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../../domain/encoding/bytes.js';
import { rootOf } from '../../domain/ledger/merkle.js';
import type { SignedCheckpoint } from '../../domain/transparency/log-state.js';
import { entryEngines } from '../crypto/engines.js';
import { type Compared, compareEntries, NOTHING_COMPARED } from './compare-entries.js';
import type { CopyFault } from './copy-fault.js';
import type { CopyPlace } from './copy-place.js';

/** Compares both places as far as was signed last, whose tree the copy's beginning must be: then its log goes on there. */
export const proveSigned = (
  source: CopyPlace,
  target: CopyPlace,
  last: SignedCheckpoint | undefined,
): TE.TaskEither<CopyFault, Compared> => {
  if (last === undefined) return TE.right(NOTHING_COMPARED);
  const { size, root } = last.checkpoint;
  return pipe(
    compareEntries(source.events, target.events, NOTHING_COMPARED, size),
    TE.filterOrElse(
      (compared) => equalBytes(rootOf(entryEngines.hashing, compared.target), root),
      (): CopyFault => ({
        _tag: 'CheckpointDiffers',
        rule: `the first ${String(size)} entries are not those that were signed`,
      }),
    ),
  );
};
