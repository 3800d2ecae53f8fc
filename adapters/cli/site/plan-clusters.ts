import { segment } from '../send-command.js';
import { type Change, differenceText, type Listed, type PlanOptions, planList, type Step } from './change.js';
import { planDesired } from './plan-desired.js';
import { planServices } from './plan-services.js';
import type { Member } from './present-clusters.js';
import type { PresentSite } from './present-site.js';
import type { ResolvedCluster } from './resolve-clusters.js';
import type { ResolvedSite } from './resolve-site.js';

type Present = PresentSite['clusters']['clusters'][number];

const REASON = { reason: 'as the site file says' };
const PATH = '/v1/clusters';

const turn = (id: string, enabled: boolean): Step => {
  const [operation, path] = enabled
    ? (['enableCluster', `${PATH}/${segment(id)}/enable`] as const)
    : (['disableCluster', `${PATH}/${segment(id)}/disable`] as const);
  return { call: { operation, method: 'POST', path, body: REASON } };
};

const describe = ({ id, displayName, site }: ResolvedCluster): Step => {
  const body = { displayName, site };
  return { call: { operation: 'changeCluster', method: 'PUT', path: `${PATH}/${segment(id)}`, body } };
};

const statusOf = ({ enabled }: ResolvedCluster): string | undefined =>
  enabled === undefined ? undefined : enabled ? 'enabled' : 'disabled';

const clusters: Listed<ResolvedCluster, Present> = {
  kind: 'cluster',
  nameOf: ({ id }) => id,
  presentName: ({ id }) => id,
  isGone: ({ status }) => status === 'decommissioned',
  addDetail: ({ kind }) => kind,
  add: ({ id, kind, displayName, site, enabled }) => [
    { call: { operation: 'registerCluster', method: 'POST', path: PATH, body: { id, kind, displayName, site } } },
    ...(enabled === true ? [turn(id, true)] : []),
  ],
  differs: (wanted, present) => {
    const { kind, displayName, site } = wanted;
    return differenceText({ kind, displayName, site, status: statusOf(wanted) }, present);
  },
  change: (wanted, present) => {
    const { kind, displayName, site, enabled } = wanted;
    // What a cluster is, it was registered as for ever.
    if (kind !== present.kind) return [];
    return [
      ...(differenceText({ displayName, site }, present) === undefined ? [] : [describe(wanted)]),
      ...(enabled === undefined || statusOf(wanted) === present.status ? [] : [turn(wanted.id, enabled)]),
    ];
  },
  take: ({ id }, reason) => ({
    call: {
      operation: 'decommissionCluster',
      method: 'POST',
      path: `${PATH}/${segment(id)}/decommission`,
      body: { reason },
    },
  }),
};

const GONE = 'was decommissioned, and its name is not used again';

const members: Listed<Member, Member> = {
  kind: 'cluster-host',
  nameOf: ({ host }) => host,
  presentName: ({ host }) => host,
  isGone: () => false,
  addDetail: ({ cluster }) => cluster,
  add: ({ host, cluster }) => [
    {
      call: { operation: 'addClusterHost', method: 'POST', path: `${PATH}/${segment(cluster)}/hosts`, body: { host } },
    },
  ],
  differs: ({ cluster }, present) => differenceText({ cluster }, { cluster: present.cluster }),
  take: ({ host, cluster }, reason) => ({
    call: {
      operation: 'removeClusterHost',
      method: 'DELETE',
      path: `${PATH}/${segment(cluster)}/hosts/${segment(host)}`,
      body: { reason },
    },
  }),
};

/** Hosts of a cluster of which the file says no hosts are nobody's business, unless another cluster shall have them. */
const planMembers = (
  wanted: ReadonlyArray<ResolvedCluster>,
  present: PresentSite,
  options: PlanOptions,
): ReadonlyArray<Change> => {
  const hosts = wanted.flatMap(({ id, hosts: named = [] }) => named.map((host) => ({ host, cluster: id })));
  const named = new Set(hosts.map(({ host }) => host));
  const silent = new Set(wanted.flatMap(({ id, hosts: said }) => (said === undefined ? [id] : [])));
  const held = present.clusters.members.filter(({ host, cluster }) => named.has(host) || !silent.has(cluster));
  return planList(members, hosts, held, options);
};

/** What left and came back leaves no row, so what there was before is told apart by the entry that was read last. */
const atIndex =
  ({ index }: PresentSite) =>
  (change: Change): Change => ({ ...change, before: [index, change.before] });

/** Clusters first, then what they offer, then who uses it, then who is in them. */
export const planClusters = (
  { clusters: wanted }: ResolvedSite,
  present: PresentSite,
  options: PlanOptions,
): ReadonlyArray<ReadonlyArray<Change>> => {
  if (wanted === undefined) return [];
  const ended = new Set(present.clusters.clusters.filter(clusters.isGone).map(({ id }) => id));
  const own = planList(clusters, wanted, present.clusters.clusters, options).map(
    (change): Change =>
      change.mark === '+' && ended.has(change.name) ? { ...change, mark: '!', detail: GONE, steps: [] } : change,
  );
  const kinds = new Map([...present.clusters.clusters, ...wanted].map(({ id, kind }) => [id, kind]));
  const ofKind = (kind: string): ReadonlyArray<Change> => own.filter(({ name }) => kinds.get(name) === kind);
  return [
    // Taking goes backwards: an authority cluster ends after those that use it.
    ofKind('authority'),
    ofKind('trusted'),
    ...[
      planServices(wanted, present, options),
      planDesired(wanted, present),
      planMembers(wanted, present, options),
    ].map((phase) => phase.map(atIndex(present))),
  ];
};
