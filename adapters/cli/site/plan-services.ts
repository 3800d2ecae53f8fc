import { serviceKey } from '../../../domain/cluster/service.js';
import { segment } from '../send-command.js';
import { type Change, differenceText, type Listed, type PlanOptions, planList } from './change.js';
import { pemDigests } from './pem-digests.js';
import type { PresentSite } from './present-site.js';
import type { ResolvedCluster } from './resolve-clusters.js';

type Wanted = NonNullable<ResolvedCluster['services']>[number] & { readonly cluster: string };
type Present = PresentSite['clusters']['authorities'][number]['services'][number] & {
  readonly cluster: string;
  /** Whether this file says of each of its users what it uses instead. */
  readonly isReplaced: boolean;
};

interface Address {
  readonly kind: string;
  readonly hostname: string;
  readonly port: number;
}

const keyOf = ({ kind, hostname, port }: Address): string =>
  serviceKey({ kind: kind as Wanted['kind'], hostname, port });
const nameOf = (service: Address & { readonly cluster: string }): string => `${service.cluster} ${keyOf(service)}`;

const advertise = ({ cluster, ...body }: Wanted): ReturnType<Listed<Wanted, Present>['add']> => [
  { call: { operation: 'advertiseService', method: 'POST', path: `/v1/clusters/${segment(cluster)}/services`, body } },
];

const services: Listed<Wanted, Present> = {
  kind: 'service',
  nameOf,
  presentName: nameOf,
  isGone: () => false,
  addDetail: ({ group }) => group,
  add: advertise,
  differs: ({ group, trustedCa }, present) =>
    differenceText(
      { group, trustedCa: pemDigests(trustedCa) },
      { group: present.group, trustedCa: [...present.trustedCa].sort() },
    ),
  change: advertise,
  take: ({ cluster, kind, hostname, port, isReplaced }, reason) => ({
    call: {
      operation: 'withdrawService',
      method: 'POST',
      path: `/v1/clusters/${segment(cluster)}/services/withdraw`,
      body: { kind, hostname, port, reason, ...(isReplaced ? { whileUsed: true } : {}) },
    },
  }),
};

/** What authority clusters offer. Of a cluster that the file says nothing of, everything stays. */
export const planServices = (
  wanted: ReadonlyArray<ResolvedCluster>,
  { clusters: { authorities, trusted } }: PresentSite,
  options: PlanOptions,
): ReadonlyArray<Change> => {
  const uses = new Set(wanted.flatMap((cluster) => (cluster.uses === undefined ? [] : [cluster.id])));
  const isReplaced = (key: string): boolean =>
    trusted.every(
      ({ id, desired }) => uses.has(id) || desired?.services.every((each) => keyOf(each) !== key) !== false,
    );
  const said = new Set(wanted.flatMap(({ id, services: offered }) => (offered === undefined ? [] : [id])));
  return planList(
    services,
    wanted.flatMap(({ id, services: offered = [] }) => offered.map((each) => ({ ...each, cluster: id }))),
    authorities
      .filter(({ id }) => said.has(id))
      .flatMap(({ id, services: offered }) =>
        offered.map((each) => ({ ...each, cluster: id, isReplaced: isReplaced(keyOf(each)) })),
      ),
    options,
  );
};
