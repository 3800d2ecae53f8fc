import * as TE from 'fp-ts/lib/TaskEither.js';
import type { PermissionRequired } from '../access/require-permission.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import type { StreamId } from '../ledger/envelope.js';
import { type Executed, type ExecuteFault, execute } from '../ledger/execute.js';
import { type GuardCommand, type GuardState, guardDecider } from './decider.js';
import { type GuardEvent, guardCatalogue, type RecordedDecision, type Recording } from './events.js';

export const GUARD_STREAM: StreamId = 'guard';

/** One for each hour, such as `guard/2026-12-01T09`: answers may be many, and a stream is read whole when it is begun to be used. */
const decisionsStream = (now: string): StreamId => `${GUARD_STREAM}/${now.slice(0, 'yyyy-mm-ddThh'.length)}`;

type GuardOutcome = TE.TaskEither<PermissionRequired | ExecuteFault, Executed<GuardState, GuardEvent>>;

const run = (deps: AuthorityDeps, stream: StreamId, { commandId }: Request, command: GuardCommand): GuardOutcome =>
  execute(deps)({
    decider: guardDecider,
    catalogue: guardCatalogue,
    cache: deps.caches.guard,
    stream,
    commandId,
    actor: command.by,
    prepare: () => TE.right({ command, basis: {} }),
  });

export const changeGuardPolicy =
  (deps: AuthorityDeps) =>
  (input: Request & { readonly record: Recording; readonly reason: string }): GuardOutcome => {
    const { by, record, reason } = input;
    return run(deps, GUARD_STREAM, input, { type: 'ChangeGuardPolicy', by, record, reason });
  };

/** Right once they are durable. */
export const recordDecisions =
  (deps: AuthorityDeps) =>
  (
    input: Request & {
      readonly recording: Recording;
      readonly decisions: ReadonlyArray<RecordedDecision>;
      readonly unrecorded: number;
    },
  ): GuardOutcome => {
    const { by, recording, decisions, unrecorded } = input;
    return run(deps, decisionsStream(deps.clock.now()), input, {
      type: 'RecordDecisions',
      by,
      recording,
      decisions,
      unrecorded,
    });
  };
