import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import { type CurrentState, currentState } from '../current-state.js';
import { type Executed, type ExecuteFault, execute } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { AccessCommand, AccessRejection } from './commands.js';
import { accessDecider } from './decider.js';
import { type AccessEvent, accessCatalogue } from './events.js';
import type { AccessState } from './state.js';

export const ACCESS_STREAM = 'access';

export type AccessDone = Executed<AccessState, AccessEvent>;

export type AccessOutcome = TE.TaskEither<AccessRejection | ExecuteFault, AccessDone>;

export const executeAccess =
  (deps: AuthorityDeps) =>
  ({ by, commandId }: Request, command: AccessCommand): AccessOutcome =>
    execute(deps)({
      decider: accessDecider,
      catalogue: accessCatalogue,
      cache: deps.caches.access,
      stream: ACCESS_STREAM,
      commandId,
      actor: by,
      prepare: () => TE.right({ command, basis: {} }),
    });

/** Who may act now, and who they are. What opens nothing in here opens nothing. */
export const currentAccess = (deps: AuthorityDeps): TE.TaskEither<LoadFault, CurrentState<AccessState>> =>
  currentState(deps)({ decider: accessDecider, catalogue: accessCatalogue, cache: deps.caches.access }, ACCESS_STREAM);
