import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Request } from '../authority-deps.js';
import { type CurrentState, currentState } from '../current-state.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import { type Executed, type ExecuteFault, execute } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { ProviderCommand, ProviderRejection } from './commands.js';
import { providerDecider } from './decider.js';
import { type ProviderEvent, providerCatalogue } from './events.js';
import { providerStream } from './provider-id.js';
import type { ProviderState } from './state.js';

export type ProviderOutcome<Failure = never> = TE.TaskEither<
  ProviderRejection | ExecuteFault | Failure,
  Executed<ProviderState, ProviderEvent>
>;

export const executeProvider =
  (deps: KeyServiceDeps) =>
  ({ by, commandId }: Request, provider: string, command: ProviderCommand): ProviderOutcome =>
    execute(deps)({
      decider: providerDecider,
      catalogue: providerCatalogue,
      cache: deps.keyCaches.provider,
      stream: providerStream(provider),
      commandId,
      actor: by,
      prepare: () => TE.right({ command, basis: {} }),
    });

export const currentProvider =
  (deps: KeyServiceDeps) =>
  (provider: string): TE.TaskEither<LoadFault, CurrentState<ProviderState>> =>
    currentState(deps)(
      { decider: providerDecider, catalogue: providerCatalogue, cache: deps.keyCaches.provider },
      providerStream(provider),
    );
