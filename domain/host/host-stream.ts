import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from '../authority-deps.js';
import { type CurrentState, currentState } from '../current-state.js';
import type { Actor } from '../ledger/envelope.js';
import { type Executed, type ExecuteFault, execute, type Prepared } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { HostCommand, HostRejection } from './commands.js';
import { hostDecider } from './decider.js';
import { type HostEvent, hostCatalogue } from './events.js';
import { hostStream } from './host-id.js';
import type { HostState } from './state.js';

/** A command for one host. */
export interface HostExecution<Failure> {
  readonly host: string;
  readonly commandId: string;
  readonly actor: Actor;
  readonly prepare: () => TE.TaskEither<Failure, Prepared<HostCommand>>;
}

/** The host itself, as an event's actor. */
export const hostActor = (host: string): Actor => ({ subject: host, role: 'host' });

export const executeHost =
  (deps: AuthorityDeps) =>
  <Failure extends { readonly _tag: string } = never>({
    host,
    ...rest
  }: HostExecution<Failure>): TE.TaskEither<HostRejection | Failure | ExecuteFault, Executed<HostState, HostEvent>> =>
    execute(deps)({
      decider: hostDecider,
      catalogue: hostCatalogue,
      cache: deps.caches.host,
      stream: hostStream(host),
      ...rest,
    });

export const currentHost =
  (deps: AuthorityDeps) =>
  (host: string): TE.TaskEither<LoadFault, CurrentState<HostState>> =>
    currentState(deps)({ decider: hostDecider, catalogue: hostCatalogue, cache: deps.caches.host }, hostStream(host));
