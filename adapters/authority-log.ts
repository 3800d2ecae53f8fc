import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { ProveConsistency } from '../domain/transparency/cosigner.js';
import type { TransparencyLog } from './transparency/transparency-log.js';

/** The authority's log as the surfaces use it; it may be open for reading only. */
export interface AuthorityLog extends Pick<TransparencyLog, 'published' | 'resource' | 'proveInclusion'> {
  readonly proveConsistency: ProveConsistency;
  /** Whether a published checkpoint with its quorum of witnesses covers this entry; asking seals it. */
  readonly witnessed: (index: number) => TE.TaskEither<never, boolean>;
  /** Whether this process seals the log now, as far as it knows. Of several nodes one does. */
  readonly leads: () => boolean;
  /** Seals what there is and stops. */
  readonly close: () => Promise<void>;
}
