import type { ClusterError } from './api-error.js';
import type { Problem } from './problem.js';
import { problem } from './request-problems.js';

type Table = {
  readonly [Tag in ClusterError['_tag']]: (error: Extract<ClusterError, { readonly _tag: Tag }>) => Problem;
};

const unfit = (tag: string, title: string, detail: string): Problem => problem(422, tag, title, detail);
const conflict = (tag: string, title: string, detail: string): Problem => problem(409, tag, title, detail);

/** What clusters refuse: nothing was written. */
export const CLUSTER_PROBLEMS: Table = {
  ClusterUnknown: ({ cluster }) => problem(404, 'ClusterUnknown', 'No such cluster', `There is no cluster ${cluster}.`),
  ClusterExists: ({ cluster }) => conflict('ClusterExists', 'Cluster exists', `${cluster} is registered already.`),
  ClusterDecommissioned: ({ cluster }) =>
    conflict('ClusterDecommissioned', 'Cluster ended', `${cluster} was decommissioned; its name is not used again.`),
  ClusterAlready: ({ cluster, status }) => conflict('ClusterAlready', 'Nothing to change', `${cluster} is ${status}.`),
  ClusterUnchanged: ({ cluster }) =>
    conflict('ClusterUnchanged', 'Nothing to change', `${cluster} has that name and that site already.`),
  ClusterOfOtherKind: ({ cluster, kind }) =>
    conflict(
      'ClusterOfOtherKind',
      'Cluster of the other kind',
      `${cluster} is ${kind === 'authority' ? 'an authority' : 'a trusted'} cluster, and never both.`,
    ),
  ClusterHasHosts: ({ cluster, hosts }) =>
    conflict(
      'ClusterHasHosts',
      'Hosts are in it',
      `${String(hosts)} hosts are in ${cluster}; take them out first, or say that they shall be in no cluster (withHosts).`,
    ),
  ClusterInUse: ({ cluster, usedBy }) =>
    conflict(
      'ClusterInUse',
      'Cluster in use',
      `Hosts of ${usedBy.slice(0, 8).join(', ')} shall use what ${cluster} offers; attach others there first (or say whileUsed).`,
    ),
  ClusterDisabled: ({ cluster }) =>
    conflict('ClusterDisabled', 'Cluster disabled', `The services of ${cluster} count while it is enabled.`),
  ServiceUnknown: ({ service }) =>
    problem(404, 'ServiceUnknown', 'No such service', `There is no service ${service} here.`),
  ServiceInUse: ({ service, usedBy }) =>
    conflict(
      'ServiceInUse',
      'Service in use',
      `Hosts of ${usedBy.slice(0, 8).join(', ')} shall use ${service}; attach others there first (or say whileUsed).`,
    ),
  ServiceTwice: ({ service }) => unfit('ServiceTwice', 'A service twice', `${service} is named twice.`),
  TooManyServices: ({ most }) =>
    conflict('TooManyServices', 'Too many services', `At most ${String(most)} services fit a cluster.`),
  ServiceGroupsDiffer: ({ groups }) =>
    unfit(
      'ServiceGroupsDiffer',
      'Nobody judges for this group',
      `Key providers of group ${groups.join(', ')} give keys only on the word of an attestation service of the same group.`,
    ),
  NoServices: () => conflict('NoServices', 'No services', 'There are no services that hosts could apply.'),
  RemediationRunning: ({ cluster, job }) =>
    conflict('RemediationRunning', 'Under way already', `Job ${job} of ${cluster} is not over yet.`),
  RemediationNotRunning: ({ job }) => conflict('RemediationNotRunning', 'Not under way', `Job ${job} is over.`),
  JobUnknown: ({ job }) => problem(404, 'JobUnknown', 'No such job', `There is no job ${job}.`),
  PlanTooLarge: ({ most }) => unfit('PlanTooLarge', 'Too many hosts', `A plan holds at most ${String(most)} hosts.`),
  HostInOtherCluster: ({ cluster }) =>
    conflict('HostInOtherCluster', 'Host in another cluster', `The host is in ${cluster}; take it out there first.`),
};
