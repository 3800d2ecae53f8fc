import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import { type Executed, type ExecuteFault, execute } from '../ledger/execute.js';
import {
  type BindingCommand,
  type BindingState,
  bindingDecider,
  bindingStream,
  type EndorsementKeyTaken,
} from './decider.js';
import { type BindingEvent, bindingCatalogue } from './events.js';

type Outcome = TE.TaskEither<EndorsementKeyTaken | ExecuteFault, Executed<BindingState, BindingEvent>>;

const executeBinding =
  (deps: AuthorityDeps) =>
  ({ by, commandId }: Request, endorsementKey: string, command: BindingCommand): Outcome =>
    execute(deps)({
      decider: bindingDecider(endorsementKey),
      catalogue: bindingCatalogue,
      cache: deps.caches.binding,
      stream: bindingStream(endorsementKey),
      commandId,
      actor: by,
      prepare: () => TE.right({ command, basis: {} }),
    });

/** The first host that proves to hold a key has it. Binding it again to the same host records nothing. */
export const bindEndorsementKey =
  (deps: AuthorityDeps) =>
  (request: Request, endorsementKey: string, host: string): Outcome =>
    executeBinding(deps)(request, endorsementKey, { type: 'BindEndorsementKey', host });

/** Records nothing unless the key is this host's. */
export const unbindEndorsementKey =
  (deps: AuthorityDeps) =>
  (request: Request, endorsementKey: string, host: string, reason: string): Outcome =>
    executeBinding(deps)(request, endorsementKey, { type: 'UnbindEndorsementKey', host, reason });
