import * as E from 'fp-ts/lib/Either.js';
import type { ClusterCommand, ClusterRejection } from './commands.js';
import type { ClusterEvent } from './events.js';
import { type Service, serviceKey } from './service.js';
import { sameServices } from './service-differences.js';
import type { ClusterState } from './state.js';

type Decided = E.Either<ClusterRejection, ReadonlyArray<ClusterEvent>>;
type Of<T extends ClusterCommand['type']> = Extract<ClusterCommand, { readonly type: T }>;

const MOST_ADVERTISED = 32;

export const advertise = ({ service }: Of<'AdvertiseService'>, { advertised }: ClusterState): Decided => {
  const held = advertised.get(serviceKey(service));
  if (held !== undefined && sameServices([held], [service])) return E.right([]);
  return held === undefined && advertised.size >= MOST_ADVERTISED
    ? E.left({ _tag: 'TooManyServices', most: MOST_ADVERTISED })
    : E.right([{ type: 'AuthorityServiceAdvertised', data: { service } }]);
};

export const withdraw = (command: Of<'WithdrawService'>, { advertised }: ClusterState): Decided => {
  const { address, usedBy, reason } = command;
  const service = serviceKey(address);
  if (!advertised.has(service)) return E.left({ _tag: 'ServiceUnknown', service });
  return usedBy.length > 0
    ? E.left({ _tag: 'ServiceInUse', service, usedBy })
    : E.right([{ type: 'AuthorityServiceWithdrawn', data: { ...address, reason } }]);
};

const twice = (services: ReadonlyArray<Service>): string | undefined => {
  const keys = services.map(serviceKey);
  return keys.find((key, i) => keys.indexOf(key) !== i);
};

const groupsOf = (services: ReadonlyArray<Service>, kind: Service['kind']): ReadonlySet<string> =>
  new Set(services.flatMap((service) => (service.kind === kind ? [service.group] : [])));

/** Keys are given only on the word of an attestation service of the same group: a provider without one would give none. */
const unjudged = (services: ReadonlyArray<Service>): ReadonlyArray<string> => {
  const judging = groupsOf(services, 'attestation');
  return [...groupsOf(services, 'key-provider')].filter((group) => !judging.has(group));
};

export const attach = ({ services, from, file }: Of<'AttachServices'>, { desired }: ClusterState): Decided => {
  if (services.length === 0) return E.left({ _tag: 'NoServices' });
  const repeated = twice(services);
  if (repeated !== undefined) return E.left({ _tag: 'ServiceTwice', service: repeated });
  const groups = unjudged(services);
  if (groups.length > 0) return E.left({ _tag: 'ServiceGroupsDiffer', groups });
  return E.right(
    desired !== undefined && sameServices(desired, services)
      ? []
      : [{ type: 'ServicesAttached', data: { services, from: from ?? null, file: file ?? null } }],
  );
};

export const detach = ({ reason }: Of<'DetachServices'>, { desired }: ClusterState): Decided =>
  E.right(desired === undefined ? [] : [{ type: 'ServicesDetached', data: { reason } }]);

/** One at a time: two could never both say when they are done. */
export const startRemediation = (
  cluster: string,
  { job, hosts, plan, deadline }: Of<'StartRemediation'>,
  { desired, remediation }: ClusterState,
): Decided => {
  if (desired === undefined) return E.left({ _tag: 'NoServices' });
  return remediation === undefined
    ? E.right([{ type: 'RemediationStarted', data: { job, hosts, plan, deadline } }])
    : E.left({ _tag: 'RemediationRunning', cluster, job: remediation.job });
};

/** Done when nobody is left; failed once the deadline passed; else it goes on, and there is nothing to say. */
export const endRemediation = (
  { job, hosts, left, now }: Of<'EndRemediation'>,
  { remediation }: ClusterState,
): Decided => {
  if (remediation?.job !== job) return E.left({ _tag: 'RemediationNotRunning', job });
  if (left.length === 0) return E.right([{ type: 'ClusterRemediated', data: { job, hosts } }]);
  const data = { job, hosts, failed: left.length, first: left.slice(0, 64) };
  return E.right(now > remediation.deadline ? [{ type: 'RemediationFailed', data }] : []);
};
