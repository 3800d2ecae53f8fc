import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import { currentState } from '../current-state.js';
import { type Executed, type ExecuteFault, execute } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { AccessCommand, AccessRejection } from './commands.js';
import { accessDecider } from './decider.js';
import { type AccessEvent, accessCatalogue, type OperatorRole } from './events.js';
import type { AccessState } from './state.js';

const ACCESS_STREAM = 'access';

type Outcome = TE.TaskEither<AccessRejection | ExecuteFault, Executed<AccessState, AccessEvent>>;

const change = (deps: AuthorityDeps, { by, commandId }: Request, command: AccessCommand): Outcome =>
  execute(deps)({
    decider: accessDecider,
    catalogue: accessCatalogue,
    cache: deps.caches.access,
    stream: ACCESS_STREAM,
    commandId,
    actor: by,
    prepare: () => TE.right({ command, basis: {} }),
  });

/** Records who may act; the operator's token is made and kept outside the ledger. */
export const grantOperator =
  (deps: AuthorityDeps) =>
  (input: Request & { readonly subject: string; readonly role: OperatorRole }): Outcome => {
    const { by, subject, role } = input;
    return change(deps, input, { type: 'GrantOperator', by, subject, role });
  };

export const withdrawOperator =
  (deps: AuthorityDeps) =>
  (input: Request & { readonly subject: string; readonly reason: string }): Outcome => {
    const { by, subject, reason } = input;
    return change(deps, input, { type: 'WithdrawOperator', by, subject, reason });
  };

/** Who holds which role now. A token whose subject is not in here opens nothing. */
export const operators = (deps: AuthorityDeps): TE.TaskEither<LoadFault, ReadonlyMap<string, OperatorRole>> =>
  pipe(
    currentState(deps)(
      { decider: accessDecider, catalogue: accessCatalogue, cache: deps.caches.access },
      ACCESS_STREAM,
    ),
    TE.map(({ state }) => state.operators),
  );
