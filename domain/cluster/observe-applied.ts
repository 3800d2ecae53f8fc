import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import type { HostRejection } from '../host/commands.js';
import type { HostEvent } from '../host/events.js';
import { executeHost, hostActor } from '../host/host-stream.js';
import type { HostState } from '../host/state.js';
import type { Executed, ExecuteFault } from '../ledger/execute.js';
import type { Service } from './service.js';

type Outcome = TE.TaskEither<HostRejection | ExecuteFault, Executed<HostState, HostEvent>>;

interface Report {
  readonly host: string;
  readonly services: ReadonlyArray<Service>;
}

const observe = (deps: AuthorityDeps, { by, commandId }: Request, { host, services }: Report): Outcome => {
  const command = { type: 'ObserveAppliedConfig', by, services } as const;
  return executeHost(deps)({ host, commandId, actor: by, prepare: () => TE.right({ command, basis: {} }) });
};

/** The host's own word. Only for who showed a token of this host's. */
export const reportApplied =
  (deps: AuthorityDeps) =>
  (report: Report): Outcome =>
    observe(deps, { by: hostActor(report.host), commandId: deps.random.uuid() }, report);

/** Another's word about the host, and graded so. */
export const relayApplied =
  (deps: AuthorityDeps) =>
  (input: Request & Report): Outcome =>
    observe(deps, input, input);
