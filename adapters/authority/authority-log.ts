import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { ProveConsistency } from '../../domain/transparency/cosigner.js';
import type { WitnessedTree } from '../../domain/transparency/witnessed-tree.js';
import type { TransparencyLog } from '../transparency/transparency-log.js';
import type { WitnessedFault } from '../transparency/witnessed-before.js';

/** The authority's log as the surfaces use it; it may be open for reading only. */
export interface AuthorityLog extends ServedLog {
  /** The largest tree that the quorum of its witnesses had cosigned before a time, of those that were kept. */
  readonly witnessedBefore: (since: string) => TE.TaskEither<WitnessedFault, WitnessedTree | undefined>;
}

/** What there is to the log without its past. */
export interface ServedLog extends Pick<TransparencyLog, 'published' | 'resource' | 'proveInclusion'> {
  readonly proveConsistency: ProveConsistency;
  /** Whether a published checkpoint with its quorum of witnesses covers this entry; asking seals it. */
  readonly witnessed: (index: number) => TE.TaskEither<never, boolean>;
  /** Whether this process seals the log now, as far as it knows. Of several nodes one does. */
  readonly leads: () => boolean;
  /** Seals what there is and stops. */
  readonly close: () => Promise<void>;
}
