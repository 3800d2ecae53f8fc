import type { ClusterError } from './api-error.js';
import type { Problem } from './problem.js';
import { problem } from './request-problems.js';

type Table = {
  readonly [Tag in ClusterError['_tag']]: (error: Extract<ClusterError, { readonly _tag: Tag }>) => Problem;
};

const conflict = (tag: string, title: string, detail: string): Problem => problem(409, tag, title, detail);

/** What clusters refuse: nothing was written. */
export const CLUSTER_PROBLEMS: Table = {
  ClusterUnknown: ({ cluster }) => problem(404, 'ClusterUnknown', 'No such cluster', `There is no cluster ${cluster}.`),
  ClusterExists: ({ cluster }) => conflict('ClusterExists', 'Cluster exists', `${cluster} is registered already.`),
  ClusterDecommissioned: ({ cluster }) =>
    conflict('ClusterDecommissioned', 'Cluster ended', `${cluster} was decommissioned; its name is not used again.`),
  ClusterAlready: ({ cluster, status }) => conflict('ClusterAlready', 'Nothing to change', `${cluster} is ${status}.`),
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
  HostInOtherCluster: ({ cluster }) =>
    conflict('HostInOtherCluster', 'Host in another cluster', `The host is in ${cluster}; take it out there first.`),
};
