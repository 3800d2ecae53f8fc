import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from '../authority-deps.js';
import { plusSeconds } from '../encoding/instant.js';
import type { ExecuteFault } from '../ledger/execute.js';
import type { HostRejection } from './commands.js';
import type { ForeignEvidence } from './foreign-evidence.js';
import { executeHost } from './host-stream.js';

type Fault = HostRejection | ExecuteFault;

/** A host that retired meanwhile needs no summary; one that could not be written now is tried again next time. */
const summarise = (deps: AuthorityDeps, found: ForeignEvidence, to: string): TE.TaskEither<never, number> =>
  pipe(
    executeHost(deps)({
      host: found.host,
      commandId: deps.random.uuid(),
      actor: { subject: 'authority', role: 'authority' },
      prepare: () =>
        TE.right({
          command: { type: 'SummariseForeignEvidence', from: found.from, to, counts: found.counts },
          basis: {},
        }),
    }),
    TE.match(
      (fault: Fault) => {
        if (fault._tag !== 'HostRetired' && fault._tag !== 'HostNotEnrolled') deps.foreignEvidence.putBack(found);
        return 0;
      },
      ({ events }) => events.length,
    ),
    TE.fromTask,
  );

/**
 * Records what was counted, at most one summary per host and interval. To be called every minute or so, and with
 * `everything` before the process ends. The answer is how many summaries were recorded.
 */
export const summariseForeignEvidence =
  (deps: AuthorityDeps) =>
  (everything = false): TE.TaskEither<never, number> => {
    const now = deps.clock.now();
    const olderThan = everything ? now : plusSeconds(now, -deps.settings.foreignEvidenceIntervalSeconds);
    return pipe(
      deps.foreignEvidence.take(olderThan),
      TE.traverseArray((found) => summarise(deps, found, now)),
      TE.map((recorded) => recorded.reduce((sum, events) => sum + events, 0)),
    );
  };
