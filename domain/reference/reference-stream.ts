import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import { type CurrentState, currentState } from '../current-state.js';
import { type Executed, type ExecuteFault, execute, type Prepared } from '../ledger/execute.js';
import { type LoadFault, loadStream } from '../ledger/load-stream.js';
import type { ReferenceCommand, ReferenceRejection } from './commands.js';
import { referenceDecider } from './decider.js';
import { type ReferenceEvent, referenceCatalogue } from './events.js';
import { type ReferenceState, referenceStream } from './state.js';

export type ReferenceOutcome<Failure = never> = TE.TaskEither<
  ReferenceRejection | ExecuteFault | Failure,
  Executed<ReferenceState, ReferenceEvent>
>;

type Prepare = () => TE.TaskEither<LoadFault, Prepared<ReferenceCommand>>;

/** For a command that is made from what other streams say. */
export const executeReferenceFrom =
  (deps: AuthorityDeps) =>
  ({ by, commandId }: Request, prepare: Prepare): ReferenceOutcome =>
    execute(deps)({
      decider: referenceDecider,
      catalogue: referenceCatalogue,
      cache: deps.caches.reference,
      stream: referenceStream(deps.group),
      commandId,
      actor: by,
      prepare,
    });

export const executeReference =
  (deps: AuthorityDeps) =>
  (request: Request, command: ReferenceCommand): ReferenceOutcome =>
    executeReferenceFrom(deps)(request, () => TE.right({ command, basis: {} }));

export const currentReference = (deps: AuthorityDeps): TE.TaskEither<LoadFault, CurrentState<ReferenceState>> =>
  currentState(deps)(
    { decider: referenceDecider, catalogue: referenceCatalogue, cache: deps.caches.reference },
    referenceStream(deps.group),
  );

/** The reference values as a decision read them; -1: before there were any. */
export const referenceAt =
  (deps: AuthorityDeps) =>
  (revision: number): TE.TaskEither<LoadFault, ReferenceState> =>
    revision < 0
      ? TE.right(referenceDecider.initial)
      : pipe(
          loadStream(deps)(referenceCatalogue, referenceStream(deps.group), { upTo: revision }),
          TE.map(({ events }) => events.reduce(referenceDecider.evolve, referenceDecider.initial)),
        );
