import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { requirePermission } from '../access/require-permission.js';
import type { Decider } from '../ledger/decider.js';
import type { ClusterCommand, ClusterRejection } from './commands.js';
import { advertise, attach, detach, endRemediation, startRemediation, withdraw } from './decide-services.js';
import type { ClusterEvent, ClusterKind } from './events.js';
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

const describe = (
  cluster: string,
  { displayName, site }: Of<'ChangeDescription'>,
  { description: old }: ClusterState,
): Decided => {
  const changed = {
    displayName: displayName === undefined ? old.displayName : displayName,
    site: site === undefined ? old.site : site,
  };
  return changed.displayName === old.displayName && changed.site === old.site
    ? reject({ _tag: 'ClusterUnchanged', cluster })
    : record({ type: 'ClusterDescriptionChanged', data: { old, new: changed } });
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

const end = (cluster: string, { hosts, usedBy, reason }: Of<'DecommissionCluster'>): Decided => {
  if (hosts > 0) return reject({ _tag: 'ClusterHasHosts', cluster, hosts });
  return usedBy.length > 0
    ? reject({ _tag: 'ClusterInUse', cluster, usedBy })
    : record({ type: 'ClusterDecommissioned', data: { reason } });
};

const ofKind = (cluster: string, { kind }: ClusterState, wanted: ClusterKind, decide: () => Decided): Decided =>
  kind === wanted ? decide() : reject({ _tag: 'ClusterOfOtherKind', cluster, kind: kind ?? wanted });

type ServiceCommand = Exclude<
  ClusterCommand,
  Of<'RegisterCluster' | 'ChangeDescription' | 'EnableCluster' | 'DisableCluster' | 'DecommissionCluster'>
>;

const decideServices = (cluster: string, command: ServiceCommand, state: ClusterState): Decided => {
  switch (command.type) {
    case 'AdvertiseService':
      return ofKind(cluster, state, 'authority', () => advertise(command, state));
    case 'WithdrawService':
      return ofKind(cluster, state, 'authority', () => withdraw(command, state));
    case 'AttachServices':
      return ofKind(cluster, state, 'trusted', () => attach(command, state));
    case 'DetachServices':
      return ofKind(cluster, state, 'trusted', () => detach(command, state));
    case 'StartRemediation':
      return ofKind(cluster, state, 'trusted', () => startRemediation(cluster, command, state));
    case 'EndRemediation':
      return endRemediation(command, state);
  }
};

const decideByType = (cluster: string, command: ClusterCommand, state: ClusterState): Decided => {
  if (state.status === 'decommissioned') return reject({ _tag: 'ClusterDecommissioned', cluster });
  if (command.type === 'RegisterCluster') return register(cluster, command, state);
  if (state.status === 'unknown') return reject({ _tag: 'ClusterUnknown', cluster });
  switch (command.type) {
    case 'ChangeDescription':
      return describe(cluster, command, state);
    case 'EnableCluster':
    case 'DisableCluster':
      return turn(cluster, command, state);
    case 'DecommissionCluster':
      return end(cluster, command);
    case 'AdvertiseService':
    case 'WithdrawService':
    case 'AttachServices':
    case 'DetachServices':
    case 'StartRemediation':
    case 'EndRemediation':
      return decideServices(cluster, command, state);
  }
};

/** The authority itself says when a remediation is over. */
const mayChange = ({ type, by }: ClusterCommand): ReturnType<typeof requirePermission> =>
  type === 'EndRemediation' && by.role === 'authority' ? E.right(true) : requirePermission(by, 'ManageTrustedHosts');

/** The rules of one cluster: what it is, whether it counts, which services its hosts shall use. All of it is the trust side's. */
export const clusterDecider = (
  cluster: string,
): Decider<ClusterState, ClusterCommand, ClusterEvent, ClusterRejection> => ({
  initial: unknownCluster,
  decide: (command, state) =>
    pipe(
      mayChange(command),
      E.flatMap(() => decideByType(cluster, command, state)),
    ),
  evolve: evolveCluster,
});
