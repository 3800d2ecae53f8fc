import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import type { Executed, ExecuteFault } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { ProviderRejection } from './commands.js';
import type { ProviderEvent, ServerHealth } from './events.js';
import type { Health, ObservedServer } from './key-servers.js';
import { currentProvider, executeProvider } from './provider-stream.js';
import type { ProviderState } from './state.js';

const AUTHORITY = { subject: 'authority', role: 'authority' } as const;
const MOST_FAULTS = 8;

const serverHealth = (observed: ObservedServer): ServerHealth => ({
  server: observed.server,
  health: observed.health,
  clientTrustsServer: observed.clientTrustsServer ?? null,
  serverTrustsClient: observed.serverTrustsClient ?? null,
  faults: [...new Set(observed.faults.map(({ _tag }) => _tag))].slice(0, MOST_FAULTS),
});

/** All good: OK. One that can serve: WARNING. None: ERROR. Nobody to ask: NONE. */
export const healthOf = (servers: ReadonlyArray<Pick<ObservedServer, 'health'>>): Health => {
  if (servers.length === 0) return 'NONE';
  if (servers.every(({ health }) => health === 'OK')) return 'OK';
  return servers.some(({ health }) => health === 'OK' || health === 'WARNING') ? 'WARNING' : 'ERROR';
};

type Outcome = TE.TaskEither<ProviderRejection | ExecuteFault | LoadFault, Executed<ProviderState, ProviderEvent>>;

/** What can't even be opened is a finding as well. */
const UNOPENED = (fault: string): ReadonlyArray<ServerHealth> => [
  { server: '(provider)', health: 'ERROR', clientTrustsServer: null, serverTrustsClient: null, faults: [fault] },
];

/** Undefined: nothing that this node can say of the provider, whose secrets are on another one. */
const find = (
  deps: KeyServiceDeps,
  provider: string,
  state: ProviderState,
): TE.TaskEither<never, ReadonlyArray<ServerHealth> | undefined> =>
  pipe(
    deps.keyServers(provider, state),
    TE.flatMap((servers) => servers.observe()),
    TE.map((observed) => observed.map(serverHealth)),
    TE.orElse(({ _tag }) =>
      TE.right(_tag === 'SecretMissing' && deps.oneOfSeveral === true ? undefined : UNOPENED(_tag)),
    ),
  );

/** Looks at every server of a provider, and records what is different from last time. */
export const observeProvider =
  (deps: KeyServiceDeps) =>
  (provider: string): Outcome =>
    pipe(
      currentProvider(deps)(provider),
      TE.flatMap(({ state, revision }): Outcome => {
        if (state.status === 'unknown') return TE.left({ _tag: 'ProviderUnknown' });
        if (state.status === 'removed') return TE.right({ events: [], state, revision });
        return pipe(
          find(deps, provider, state),
          TE.flatMap((servers): Outcome => {
            if (servers === undefined) return TE.right({ events: [], state, revision });
            return executeProvider(deps)({ by: AUTHORITY, commandId: deps.random.uuid() }, provider, {
              type: 'RecordHealth',
              by: AUTHORITY,
              health: healthOf(servers),
              servers,
            });
          }),
        );
      }),
    );

/** Before a host is refused for a provider's health, that is looked at again, if it was not just now. */
export const observeIfUnhealthy =
  (deps: KeyServiceDeps) =>
  (provider: string): TE.TaskEither<LoadFault, unknown> =>
    pipe(
      currentProvider(deps)(provider),
      TE.flatMap(({ state }) => {
        const fine = state.status !== 'active' || state.health === 'OK' || state.health === 'WARNING';
        if (fine || !deps.limits.mayObserve(provider)) return TE.right(undefined);
        return pipe(
          observeProvider(deps)(provider),
          TE.orElseW(() => TE.right(undefined)),
        );
      }),
    );
