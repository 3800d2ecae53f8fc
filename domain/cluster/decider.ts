import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { requirePermission } from '../access/require-permission.js';
import type { Decider } from '../ledger/decider.js';
import type { ClusterCommand, ClusterRejection } from './commands.js';
import type { ClusterEvent } from './events.js';
import { type ClusterState, evolveCluster, unknownCluster } from './state.js';

type Decided = E.Either<ClusterRejection, ReadonlyArray<ClusterEvent>>;
type Of<T extends ClusterCommand['type']> = Extract<ClusterCommand, { readonly type: T }>;

const record = (event: ClusterEvent): Decided => E.right([event]);
const reject = (rejection: ClusterRejection): Decided => E.left(rejection);

const register = (cluster: string, command: Of<'RegisterCluster'>, state: ClusterState): Decided => {
  const { kind, displayName, site } = command;
  if (state.status === 'unknown') {
    const data = { kind, displayName: displayName ?? null, site: site ?? null };
    return record({ type: 'ClusterRegistered', data });
  }
  return state.kind === undefined || state.kind === kind
    ? reject({ _tag: 'ClusterExists', cluster })
    : reject({ _tag: 'ClusterOfOtherKind', cluster, kind: state.kind });
};

const turn = (
  cluster: string,
  { type, reason }: Of<'EnableCluster' | 'DisableCluster'>,
  { status }: ClusterState,
): Decided => {
  const [wanted, event] =
    type === 'EnableCluster' ? (['enabled', 'ClusterEnabled'] as const) : (['disabled', 'ClusterDisabled'] as const);
  return status === wanted
    ? reject({ _tag: 'ClusterAlready', cluster, status: wanted })
    : record({ type: event, data: { reason } });
};

const decideByType = (cluster: string, command: ClusterCommand, state: ClusterState): Decided => {
  if (state.status === 'decommissioned') return reject({ _tag: 'ClusterDecommissioned', cluster });
  if (command.type === 'RegisterCluster') return register(cluster, command, state);
  if (state.status === 'unknown') return reject({ _tag: 'ClusterUnknown', cluster });
  switch (command.type) {
    case 'EnableCluster':
    case 'DisableCluster':
      return turn(cluster, command, state);
    case 'DecommissionCluster':
      return command.hosts > 0
        ? reject({ _tag: 'ClusterHasHosts', cluster, hosts: command.hosts })
        : record({ type: 'ClusterDecommissioned', data: { reason: command.reason } });
  }
};

/** The rules of one cluster: what it is, and whether it counts. All of it is the trust side's to say. */
export const clusterDecider = (
  cluster: string,
): Decider<ClusterState, ClusterCommand, ClusterEvent, ClusterRejection> => ({
  initial: unknownCluster,
  decide: (command, state) =>
    pipe(
      requirePermission(command.by, 'ManageTrustedHosts'),
      E.flatMap(() => decideByType(cluster, command, state)),
    ),
  evolve: evolveCluster,
});
