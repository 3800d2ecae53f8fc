import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type PermissionRequired, requirePermission } from '../access/require-permission.js';
import type { EventOf } from '../ledger/event-type.js';
import type { NoSuchCluster } from './commands.js';
import type {
  AppliedConfig,
  HostInNoCluster,
  HostInOtherCluster,
  MembershipCommand,
  ObserveAppliedConfig,
} from './membership-commands.js';
import type { HostJoined, HostLeft } from './membership-events.js';
import { sameServices } from './service-differences.js';
import type { AppliedConfigObserved } from './service-events.js';

export type MembershipEvent = EventOf<typeof HostJoined | typeof HostLeft | typeof AppliedConfigObserved>;

type Rejection = PermissionRequired | NoSuchCluster | HostInOtherCluster | HostInNoCluster;
type Decided = E.Either<Rejection, ReadonlyArray<MembershipEvent>>;
type Of<T extends MembershipCommand['type']> = Extract<MembershipCommand, { readonly type: T }>;

/** Who adds a host lets it have keys: that is the trust side's. Nothing to say where the host is in the cluster already. */
export const joinCluster = (command: Of<'JoinCluster'>, current: string | undefined): Decided => {
  const { by, cluster, status, ended } = command;
  const join = (): Decided => {
    if (status === 'unknown') return E.left({ _tag: 'ClusterUnknown', cluster });
    if (status === 'decommissioned') return E.left({ _tag: 'ClusterDecommissioned', cluster });
    if (current === cluster) return E.right([]);
    return current === undefined || current === ended
      ? E.right([{ type: 'HostJoined', data: { cluster } }])
      : E.left({ _tag: 'HostInOtherCluster', cluster: current });
  };
  return pipe(requirePermission(by, 'ManageTrustedHosts'), E.flatMap(join));
};

/** Only takes away, so whoever manages workloads may do it. Nothing to say where the host is not in the cluster. */
export const leaveCluster = (command: Of<'LeaveCluster'>, current: string | undefined): Decided => {
  const { by, cluster, reason } = command;
  return pipe(
    requirePermission(by, 'ManageWorkload'),
    E.map(() => (current === cluster ? [{ type: 'HostLeft' as const, data: { cluster, reason } }] : [])),
  );
};

/**
 * Hosts report again and again: only what changed is recorded. Another's word adds nothing to the host's own about the same,
 * and the host's own is recorded though another said the same before.
 */
const isNews = (before: AppliedConfig | undefined, { services, by }: AppliedConfig): boolean =>
  before === undefined || !sameServices(before.services, services) || (before.by === 'relayed' && by === 'host');

export const observeApplied = (
  { by: actor, services }: ObserveAppliedConfig,
  { cluster, applied }: { readonly cluster: string | undefined; readonly applied: AppliedConfig | undefined },
): Decided => {
  const by = actor.role === 'host' ? 'host' : 'relayed';
  const observe = (): Decided => {
    if (cluster === undefined) return E.left({ _tag: 'HostInNoCluster' });
    const data = { cluster, services, by } as const;
    return E.right(isNews(applied, data) ? [{ type: 'AppliedConfigObserved', data }] : []);
  };
  return by === 'host' ? observe() : pipe(requirePermission(actor, 'RelayReports'), E.flatMap(observe));
};
